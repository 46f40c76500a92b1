# make        installs what is missing and builds tenantkeep for use
# make release builds one file that needs nothing else, for any x86-64 Linux
# make check-release tests that file in a root folder without anything else
# make demo   backs a simulated tenant up, changes it, backs it up again and shows the history
# make test   builds and runs the tests
# make check  what every change must pass: format, lint, layering and all other tests
# make bench  measures first and later backups beside git, their parts, and how many authors are right;
#             and pushes to a git host with a long history; BENCH="--users 20000"
# make soak   kills runs at 200 random moments, makes 500 beside a git that removes and pushes, then
#             backs a thousand days and five made-up years up
# make format puts the sources into shape

SWIFT_FILES := $(shell git ls-files '*.swift' 2>/dev/null)

# All tests at once would open thousands of connections and files.
TEST_WIDTH := --experimental-maximum-parallelization-width 8

# The tests of the whole program run the one that users run, as the compiler optimizes it.
define BUILD_TESTS
swift build --build-tests
swift build -c release --product tenantkeep
endef
TEST_PROGRAM = TENANTKEEP_TEST_PROGRAM="$$(swift build -c release --show-bin-path)/tenantkeep"

# The benchmark and the programs it runs.
define BUILD_BENCH
swift build -c release --product tenantkeep
swift build -c release --product tenantkeep-simulator
swift build -c release --product Benchmark
endef

# One file without shared libraries, in a folder of its own beside the ordinary build.
RELEASE := .build/static/release/tenantkeep
RELEASE_COMMIT = $(shell git describe --always --dirty --abbrev=12 --exclude='*')
# Sections of their own let the linker leave out what nothing calls.
LINK_STATICALLY := --static-swift-stdlib -Xswiftc -static-executable \
	-Xswiftc -Xfrontend -Xswiftc -function-sections -Xcc -ffunction-sections -Xcc -fdata-sections \
	-Xlinker --gc-sections -Xlinker --strip-all

.PHONY: build release check-release demo test check bench soak format prerequisites

build: prerequisites
	swift build -c release --product tenantkeep
	@echo "Built $$(swift build -c release --show-bin-path)/tenantkeep"

release: prerequisites
	TENANTKEEP_RELEASE=$(RELEASE_COMMIT) swift build -c release --scratch-path .build/static \
		$(LINK_STATICALLY) --product tenantkeep
	@echo "Built $(RELEASE), $$(stat --format=%s $(RELEASE)) bytes: $$($(RELEASE) --version)"

check-release: release
	swift build --build-tests
	TENANTKEEP_TEST_RELEASE=$(CURDIR)/$(RELEASE) swift test --skip-build --filter ReleaseTests

demo: build
	swift build -c release --product tenantkeep-simulator
	.make/demo "$$(swift build -c release --show-bin-path)"

# Without Microsoft's clients their own test fails, and says why; all others can be run.
test: prerequisites
	-@.make/official-clients
	$(BUILD_TESTS)
	$(TEST_PROGRAM) swift test --skip-build $(TEST_WIDTH)

check: prerequisites
	swift format lint --strict --parallel --configuration .swift-format $(SWIFT_FILES)
	$(MAKE) test

bench: prerequisites
	$(BUILD_BENCH)
	"$$(swift build -c release --show-bin-path)/Benchmark" $(BENCH)

soak: prerequisites
	$(BUILD_TESTS)
	TENANTKEEP_TEST_KILLS=200 TENANTKEEP_TEST_RUNS=500 $(TEST_PROGRAM) \
		swift test --skip-build $(TEST_WIDTH) --filter 'Kill|BesideGit'
	$(BUILD_BENCH)
	"$$(swift build -c release --show-bin-path)/Benchmark" years
	"$$(swift build -c release --show-bin-path)/Benchmark" authors --no-compare \
		--seed 1 --seed 2 --seed 3 --seed 4 --seed 5

format:
	swift format format --in-place --parallel --configuration .swift-format $(SWIFT_FILES)

prerequisites:
	@.make/prerequisites
