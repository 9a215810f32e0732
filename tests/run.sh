#!/usr/bin/env bash
# Runs every test of the built solution, and ends with the coverage of the product's lines and a line
# "N passed, N failed". Exits with the tests' own status.
set -u
cd "$(dirname "$0")/.."
rm -rf TestResults

# Tests run side by side, and libtorch's threads wait by spinning: one a process is fastest for all together.
export OMP_NUM_THREADS=1
log=TestResults/test.log
mkdir -p TestResults

dotnet test tests/Tests.csproj -c Release --no-build --nologo \
    --collect 'XPlat Code Coverage' --results-directory TestResults \
    --logger 'console;verbosity=normal' --logger 'trx;LogFileName=tests.trx' \
    -- DataCollectionRunSettings.DataCollectors.DataCollector.Configuration.Include='[Stages.*]*,[distill]*' \
    | tee "$log" | grep -vE '^\s+Passed '
status=${PIPESTATUS[0]}

report=$(find TestResults -name coverage.cobertura.xml -print -quit)
coverage=$([ -n "$report" ] && sed -n '0,/<coverage /s/.*<coverage line-rate="\([0-9.]*\)".*/\1/p' "$report")
[ -n "$coverage" ] && awk -v rate="$coverage" 'BEGIN { printf "line coverage %.1f %%\n", 100 * rate }'

passed=$(sed -n 's/.*<Counters .*passed="\([0-9]*\)".*/\1/p' TestResults/tests.trx 2>/dev/null)
failed=$(sed -n 's/.*<Counters .*failed="\([0-9]*\)".*/\1/p' TestResults/tests.trx 2>/dev/null)
# No result file means that the tests did not run at all, which is a failure.
if [ -z "$passed" ]; then passed=0 failed=1 status=1; fi
echo "$passed passed, $failed failed"
exit "$status"
