# Distill. `make distill` trains the whole pipeline and resumes by itself; `make test` checks everything.

PIPELINE ?= pipeline.json
SEED     ?=
TEST     ?=

# How much `make crash-test` and `make fuzz` do.
KILLS_PER_STAGE ?= 20
KILLS           ?= 1000
REGIONS         ?= 8
SOAK            ?= 2000
POWER_CUTS      ?= 10000
RUN_CUTS        ?= 100
RANK_KILLS      ?= 1000
FUZZ            ?= 80000

# Rounds of each benchmark; the one benchmark to run, or all; the number of images that bench-scale grows to.
BENCH_PAIRS  ?= 7
BENCH_ONLY   ?=
BENCH_IMAGES ?= 1000000

# Processes of bench-ranks.
RANKS ?= 2

# The libtorch that the build brings: cpu, cuda, or none if LIBTORCH or LIBTORCH_USE_PYTORCH names an installed one.
ifndef ACCELERATOR
ifneq ($(filter-out help clean gpu-pack,$(or $(MAKECMDGOALS),help)),)
# Before GNU make 4.4, $(shell) does not see variables that are given on make's command line.
ACCELERATOR := $(shell LIBTORCH='$(LIBTORCH)' LIBTORCH_USE_PYTORCH='$(LIBTORCH_USE_PYTORCH)' stages/accelerator.sh)
endif
endif

# The script chose none although no variable names a libtorch: use that of python3's PyTorch.
ifeq ($(ACCELERATOR)$(LIBTORCH)$(LIBTORCH_USE_PYTORCH),none)
export LIBTORCH_USE_PYTORCH := 1
endif

CLI    := stages/Cli/bin/Release/net10.0/linux-x64/distill
BENCH  := benchmarks/bin/Release/net10.0/linux-x64/benchmarks
SCHEMA := stages/Cli/pipeline.schema.json
FLAGS  := --nologo -v quiet -clp:NoSummary -c Release -p:Accelerator=$(ACCELERATOR)
# dotnet format takes no -p: MSBuild reads the property from the environment instead.
FORMAT := Accelerator=$(ACCELERATOR) dotnet format Distill.sln --no-restore
ARGS   := $(PIPELINE) $(if $(SEED),--seed $(SEED))
CLASS  := $(if $(TEST),FullyQualifiedName~$(TEST))
FAST   := Category!=Process&Category!=Slow

export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

.PHONY: help distill resume status data publish smoke build build-all restore test test-fast coverage crash-test fuzz \
        lint format schema docs bench bench-scale bench-ranks doctor gpu-pack clean

help:
	@echo 'Train'
	@echo '  make distill [PIPELINE=file or preset] [SEED=n]   run the whole pipeline; run it again to resume'
	@echo '  make status                                       show which stages are done, stale, interrupted or pending, and why'
	@echo '  make publish                                      write the folder to upload'
	@echo '  make data                                         download the dataset'
	@echo '  make smoke                                        run the whole pipeline on 3,000 sample images (half a minute)'
	@echo '  make doctor                                       show versions and devices, and check the arithmetic of the device'
	@echo 'Develop'
	@echo '  make build                                        build the program; ./distill runs it'
	@echo '  make test-fast [TEST=class]                       run the tests that start no process and take no minutes'
	@echo '  make test [TEST=class]                            run all tests'
	@echo '  make coverage [TEST=class]                        run all tests and measure which lines they reach'
	@echo '  make lint                                         check formatting, unused code and shell scripts'
	@echo '  make format                                       fix the formatting'
	@echo '  make docs                                         regenerate the JSON schema and the table of options'
	@echo '  make clean                                        delete build outputs; data and models stay'
	@echo 'Prove and measure'
	@echo '  make crash-test                                   kill runs, cut the power and damage files, then compare the bits'
	@echo '  make fuzz                                         read more than a million damaged files of every kind'
	@echo '  make bench [BENCH_PAIRS=n] [BENCH_ONLY=name]      measure images/s of every step, and of PyTorch if python3 has it'
	@echo '  make bench-scale [BENCH_IMAGES=n]                 measure the cost per image as images, classes and batches grow'
	@echo '  make bench-ranks [RANKS=n]                        measure what processes of mpirun do together in each step'
	@echo '  make gpu-pack                                     pack an archive for a GPU machine without .NET; run tests/gpu/prove.sh there'

distill: build data
	@$(CLI) run $(ARGS)

resume: distill

status: build
	@$(CLI) status $(ARGS)

data: build
	@$(CLI) data fetch $(PIPELINE)

publish: build data
	@$(CLI) publish $(ARGS)

smoke: build
	@$(CLI) run smoke

doctor: build
	@$(CLI) doctor

build:
	@dotnet build stages/Cli/Cli.csproj $(FLAGS)

build-all:
	@dotnet build Distill.sln $(FLAGS)

restore:
	@dotnet restore Distill.sln --nologo -v quiet -p:Accelerator=$(ACCELERATOR)

test: build-all
	@tests/run.sh '$(CLASS)'

coverage: build-all
	@tests/run.sh --coverage '$(CLASS)'

test-fast: build-all
	@tests/run.sh '$(FAST)$(if $(CLASS),&$(CLASS))'

lint: restore
	@$(FORMAT) --verify-no-changes
	@for script in distill .ci/run stages/*.sh tests/*.sh tests/gpu/*.sh; do bash -n "$$script" || exit; done
	@if command -v shellcheck > /dev/null; then shellcheck -S error distill .ci/run stages/*.sh tests/*.sh tests/gpu/*.sh; fi

format: restore
	@$(FORMAT)

# Written aside first: a program that fails leaves the old schema.
schema: build
	@$(CLI) schema > $(SCHEMA).new || { rm -f $(SCHEMA).new; exit 1; }
	@mv $(SCHEMA).new $(SCHEMA)

docs: schema
	@$(CLI) options --write docs/configuration.md

crash-test: build-all
	@mkdir -p TestResults && : > TestResults/kills.log
	@tail -f TestResults/kills.log & watcher=$$!; trap "kill $$watcher" EXIT; \
	    DISTILL_PROGRESS=$(CURDIR)/TestResults/kills.log \
	    DISTILL_KILLS_PER_STAGE=$(KILLS_PER_STAGE) DISTILL_KILLS=$(KILLS) DISTILL_DAMAGED_REGIONS=$(REGIONS) DISTILL_SOAK_STEPS=$(SOAK) \
	    DISTILL_POWER_CUTS=$(POWER_CUTS) DISTILL_RUN_CUTS=$(RUN_CUTS) \
	    DISTILL_RANK_KILLS=$(RANK_KILLS) \
	    dotnet test tests/Tests.csproj -c Release --no-build --nologo \
	    --filter FullyQualifiedName~Tests.Crashes --logger 'console;verbosity=detailed'

fuzz: build-all
	@DISTILL_FUZZ_INPUTS=$(FUZZ) dotnet test tests/Tests.csproj -c Release --no-build --nologo \
	    --filter FullyQualifiedName~Tests.Fuzzing --logger 'console;verbosity=detailed'

bench:
	@dotnet build benchmarks/Benchmarks.csproj $(FLAGS)
	@$(BENCH) --pairs $(BENCH_PAIRS) $(if $(BENCH_ONLY),--only $(BENCH_ONLY))

bench-scale:
	@dotnet build benchmarks/Benchmarks.csproj $(FLAGS)
	@$(BENCH) scale --images $(BENCH_IMAGES) $(if $(BENCH_ONLY),--only $(BENCH_ONLY))

bench-ranks:
	@dotnet build benchmarks/Benchmarks.csproj $(FLAGS)
	@mpirun -n $(RANKS) $(BENCH) ranks

gpu-pack:
	@tests/gpu/pack.sh

clean:
	@find stages tests benchmarks -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
	@rm -rf TestResults
