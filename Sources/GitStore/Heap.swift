import CLinux

/// The memory of the process.
package enum Heap {
    /// Keeps memory that pages have used for the next ones, in one heap for all threads.
    ///
    /// To be called first thing in a program that makes backups. Every page needs some large buffers
    /// for a few milliseconds; by default the C library gives each back to the system and asks for
    /// it again, which costs a tenth of a run's time, and keeps a heap for each thread.
    package static func keepsPages() {
        mallopt(M_ARENA_MAX, 1)
        mallopt(M_MMAP_THRESHOLD, 8 << 20)
        mallopt(M_TRIM_THRESHOLD, 64 << 20)
    }

    /// Gives back to the system what the pages of a run have used, now that there are no more.
    package static func letsGoOfPages() {
        malloc_trim(0)
    }
}
