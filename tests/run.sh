#!/usr/bin/env bash
# Runs tests of the built solution and ends with a line "N passed, N failed". Exits with the status of the tests.
#
#   tests/run.sh [FILTER]               all tests, or those that match
#   tests/run.sh --coverage [FILTER]    also prints the coverage of the product's lines, which takes a fifth more time
#
# FILTER is one of dotnet test: https://learn.microsoft.com/dotnet/core/testing/selective-unit-tests
set -u
cd "$(dirname "$0")/.." || exit
rm -rf TestResults
mkdir -p TestResults

coverage=
if [ "${1:-}" = --coverage ]; then coverage=yes; shift; fi

# Tests run in parallel, and libtorch's threads wait by spinning: one thread per process is fastest for all together.
export OMP_NUM_THREADS=1
# Hundreds of short processes gain nothing from code that is measured in order to be compiled again.
export DOTNET_TieredPGO=0

# pass NAME FILTER: runs the tests that match in one process.
pass() {
    local arguments=(tests/Tests.csproj -c Release --no-build --nologo --results-directory TestResults
        --logger 'console;verbosity=normal' --logger "trx;LogFileName=$1.trx")
    [ -n "$2" ] && arguments+=(--filter "$2")
    [ -n "$coverage" ] && arguments+=(--collect 'XPlat Code Coverage'
        -- 'DataCollectionRunSettings.DataCollectors.DataCollector.Configuration.Include=[Distill.*]*,[distill]*')
    dotnet test "${arguments[@]}" | tee "TestResults/$1.log" | grep -vE '^\s+Passed '
    return "${PIPESTATUS[0]}"
}

if [ -n "$coverage" ] || [ -n "${1:-}" ]; then
    pass tests "${1:-}"
    status=$?
else
    # Tests that use torch run one after the other, so a second process keeps the other cores busy meanwhile.
    # Two of its classes are left to the first, so that both take about as long.
    # In a process group of its own, it can be ended together with what it started.
    moved='Tests.Crashes.Ranks Tests.Crashes.Shard'
    set -m
    pass processes "Category=Process$(printf '&FullyQualifiedName!~%s' $moved)" &
    beside=$!
    set +m
    trap 'kill -- -$beside 2>/dev/null' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    pass others "Category!=Process$(printf '|FullyQualifiedName~%s' $moved)"
    status=$?
    wait $beside || status=$?
    trap - EXIT INT TERM
fi

report=$(find TestResults -name coverage.cobertura.xml -print -quit)
if [ -n "$report" ]; then
    sed -n '0,/<coverage /s/.*<coverage line-rate="\([0-9.]*\)".*/\1/p' "$report" |
        awk '{ printf "line coverage %.1f %%\n", 100 * $1 }'
fi

# counted WORD: the sum of that counter in all result files.
counted() { sed -n "s/.*<Counters .* $1=\"\([0-9]*\)\".*/\1/p" TestResults/*.trx 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'; }
passed=$(counted passed)
failed=$(counted failed)
# The output above is long, so what failed is said again.
grep -hE '^\s+Failed ' TestResults/*.log
# No test at all, or a process that ended without a result, is a failure too.
if [ "$((passed + failed))" = 0 ]; then status=1; fi
if [ "$status" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
echo "$passed passed, $failed failed"
exit "$status"
