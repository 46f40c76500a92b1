#pragma once

// Nothing to call: the linker finds these stand-ins by the names that libgit2 gives them.
