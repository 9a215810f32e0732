# Distill. `make distill` does the main job and resumes by itself; `make test` checks everything.

PIPELINE ?= pipeline.json
SEED     ?=
KILLS_PER_STAGE ?= 20
KILLS    ?= 1000
REGIONS  ?= 8
SOAK     ?= 2000
FUZZ     ?= 80000

# Rounds of each benchmark, and the one to run where not all are wanted; images that bench-scale goes up to.
BENCH_PAIRS  ?= 7
BENCH_ONLY   ?=
BENCH_IMAGES ?= 1000000

# The libtorch that the build brings: cpu, cuda, or none where LIBTORCH or LIBTORCH_USE_PYTORCH names an installed one.
ifndef ACCELERATOR
ifneq ($(filter-out help clean gpu-pack,$(or $(MAKECMDGOALS),help)),)
# Variables given to make itself are not in the environment of $(shell) before GNU make 4.4.
ACCELERATOR := $(shell LIBTORCH='$(LIBTORCH)' LIBTORCH_USE_PYTORCH='$(LIBTORCH_USE_PYTORCH)' stages/accelerator.sh)
endif
endif

# Chosen without a variable that says which libtorch: that of python3's PyTorch.
ifeq ($(ACCELERATOR)$(LIBTORCH)$(LIBTORCH_USE_PYTORCH),none)
export LIBTORCH_USE_PYTORCH := 1
endif

CLI   := stages/Cli/bin/Release/net10.0/linux-x64/distill
BENCH := benchmarks/bin/Release/net10.0/linux-x64/benchmarks
FLAGS := --nologo -v quiet -clp:NoSummary -c Release -p:Accelerator=$(ACCELERATOR)
ARGS  := $(PIPELINE) $(if $(SEED),--seed $(SEED))

export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

.PHONY: distill resume status data publish test smoke crash-test fuzz bench bench-scale doctor gpu-pack clean help build

help:
	@echo 'make distill [PIPELINE=file or preset] [SEED=n]   run the whole pipeline; run it again to resume'
	@echo 'make status                                       show which stages are done, stale, interrupted or to do, and why'
	@echo 'make publish                                      write the folder to upload'
	@echo 'make data                                         download the dataset'
	@echo 'make smoke                                        run the whole pipeline on 3,000 sample images (half a minute)'
	@echo 'make test                                         run all tests, with coverage'
	@echo 'make crash-test                                   kill runs and damage files, then compare the results bit by bit'
	@echo 'make fuzz                                         read more than a million damaged files of every kind'
	@echo 'make bench [BENCH_PAIRS=n] [BENCH_ONLY=name]      measure images/s of every kind of step, and of PyTorch if python3 has it'
	@echo 'make bench-scale [BENCH_IMAGES=n]                 measure the cost per image as images, classes and batches grow'
	@echo 'make doctor                                       show versions and devices, and check the device'\''s arithmetic'
	@echo 'make gpu-pack                                     build one archive for a GPU machine without .NET; run tests/gpu/prove.sh there'
	@echo 'make clean                                        delete build outputs; data and models stay'

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

build:
	@dotnet build stages/Cli/Cli.csproj $(FLAGS)

test:
	@dotnet build Distill.sln $(FLAGS)
	@tests/run.sh

crash-test:
	@dotnet build Distill.sln $(FLAGS)
	@mkdir -p TestResults && : > TestResults/kills.log
	@tail -f TestResults/kills.log & watcher=$$!; trap "kill $$watcher" EXIT; \
	    DISTILL_PROGRESS=$(CURDIR)/TestResults/kills.log \
	    DISTILL_KILLS_PER_STAGE=$(KILLS_PER_STAGE) DISTILL_KILLS=$(KILLS) DISTILL_DAMAGED_REGIONS=$(REGIONS) DISTILL_SOAK_STEPS=$(SOAK) \
	    dotnet test tests/Tests.csproj -c Release --no-build --nologo \
	    --filter FullyQualifiedName~Tests.Crashes --logger 'console;verbosity=detailed'

fuzz:
	@dotnet build Distill.sln $(FLAGS)
	@DISTILL_FUZZ_INPUTS=$(FUZZ) dotnet test tests/Tests.csproj -c Release --no-build --nologo \
	    --filter FullyQualifiedName~Tests.Fuzzing --logger 'console;verbosity=detailed'

bench:
	@dotnet build benchmarks/Benchmarks.csproj $(FLAGS)
	@$(BENCH) --pairs $(BENCH_PAIRS) $(if $(BENCH_ONLY),--only $(BENCH_ONLY))

bench-scale:
	@dotnet build benchmarks/Benchmarks.csproj $(FLAGS)
	@$(BENCH) scale --images $(BENCH_IMAGES) $(if $(BENCH_ONLY),--only $(BENCH_ONLY))

doctor: build
	@$(CLI) doctor

gpu-pack:
	@tests/gpu/pack.sh

clean:
	@find stages tests -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
	@rm -rf TestResults
