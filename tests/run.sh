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

arguments=(tests/Tests.csproj -c Release --no-build --nologo --results-directory TestResults
    --logger 'console;verbosity=normal' --logger 'trx;LogFileName=tests.trx')
[ -n "${1:-}" ] && arguments+=(--filter "$1")
[ -n "$coverage" ] && arguments+=(--collect 'XPlat Code Coverage'
    -- 'DataCollectionRunSettings.DataCollectors.DataCollector.Configuration.Include=[Distill.*]*,[distill]*')

dotnet test "${arguments[@]}" | tee TestResults/test.log | grep -vE '^\s+Passed '
status=${PIPESTATUS[0]}

report=$(find TestResults -name coverage.cobertura.xml -print -quit)
if [ -n "$report" ]; then
    sed -n '0,/<coverage /s/.*<coverage line-rate="\([0-9.]*\)".*/\1/p' "$report" |
        awk '{ printf "line coverage %.1f %%\n", 100 * $1 }'
fi

passed=$(sed -n 's/.*<Counters .*passed="\([0-9]*\)".*/\1/p' TestResults/tests.trx 2>/dev/null)
failed=$(sed -n 's/.*<Counters .*failed="\([0-9]*\)".*/\1/p' TestResults/tests.trx 2>/dev/null)
# The output above is long, so what failed is said again.
grep -E '^\s+Failed ' TestResults/test.log
# No result file, or one without a test, means that nothing ran: that is a failure.
if [ "$(( ${passed:-0} + ${failed:-0} ))" = 0 ]; then passed=0 failed=1 status=1; fi
echo "$passed passed, $failed failed"
exit "$status"
