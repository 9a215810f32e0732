#!/usr/bin/env bash
# Proves the program on a GPU machine that has a Python PyTorch and neither .NET nor a network, in at most nine minutes, the
# cheapest proof first. Writes every result to a folder. A part that fails does not stop the others; the exit code is then 2.
#
#   prove.sh --output FOLDER [--device cuda|cpu] [--minutes N] [--data FOLDER] [ARCHIVE]
#
# ARCHIVE is the file that "make gpu-pack" built, by default bin/distill-gpu.tar.xz beside this script. An unpacked archive needs none.
# LIBTORCH names a libtorch; without it the script uses python3's PyTorch of any version. The last part trains on
# Fashion-MNIST from the folder that --data names, or on the sample. --device cpu is a small trial.
set -u

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" >&2; exit 1; }

here=$(cd "$(dirname "$0")" && pwd)
device=cuda out= minutes=9 archive= data=
while [ $# -gt 0 ]; do
    case $1 in
        --output) out=${2:-}; shift 2 || usage ;;
        --device) device=${2:-}; shift 2 || usage ;;
        --minutes) minutes=${2:-}; shift 2 || usage ;;
        --data) data=$(cd "${2:-/nonexistent}" && pwd) || usage; shift 2 ;;
        -*) usage ;;
        *) archive=$1; shift ;;
    esac
done
[ -n "$out" ] && [[ $minutes =~ ^[0-9]+$ ]] || usage
minutes=$((10#$minutes))
case $device in cpu) small=--small ;; cuda) small= ;; *) usage ;; esac

mkdir -p "$out" && out=$(cd "$out" && pwd)
end=$((SECONDS + 60 * minutes - 15))
work=$(mktemp -d)
trap 'rm -rf "$work"; [ -z "${watcher:-}" ] || kill -- "-$watcher" 2>/dev/null; [ -z "${reference:-}" ] || kill -- "-$reference" 2>/dev/null' EXIT

if [ -d "$here/app" ]; then
    pack=$here
else
    archive=${archive:-$here/bin/distill-gpu.tar.xz}
    [ -f "$archive" ] || { echo "$archive does not exist: build it with make gpu-pack" >&2; exit 1; }
    tar -C "$work" -xJf "$archive" 2>/dev/null || python3 -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$archive" "$work"
    pack=$work/distill-gpu
fi
distill=$pack/app/distill
if [ -z "${LIBTORCH:-}" ]; then
    LIBTORCH=$(python3 -c 'import importlib.util as u, os; print(os.path.join(os.path.dirname(u.find_spec("torch").origin), "lib"))')
    export LIBTORCH LIBTORCH_BYPASS_VERSION_CHECK=1
fi
unset LIBTORCH_USE_PYTORCH

rows=$out/proof.tsv
printf 'part\tresult\tseconds\tfound\n' >"$rows"
: >"$out/log.txt"
failed=0

# Runs a part with a limit in seconds, at most the remaining time, and keeps the last line of its output as the finding.
part() {
    local name=$1 limit=$2 result=pass start=$SECONDS left=$((end - SECONDS))
    shift 2
    [ "$left" -lt "$limit" ] && limit=$left
    if [ "$limit" -lt 5 ]; then
        printf '%s\tno time\t0\t\n' "$name" | tee -a "$rows"
        failed=1
        return 0
    fi
    printf '\n== %s\n' "$name" >>"$out/log.txt"
    ( "$@" ) >"$work/part.log" 2>&1 &
    local job=$!
    ( : >"$work/timing"; sleep "$limit"; kill -TERM -- "-$job" 2>/dev/null; sleep 10; kill -KILL -- "-$job" 2>/dev/null ) &
    local timer=$!
    wait "$job"
    local code=$?
    # A child that is ended before its first command still has the trap of this script, which removes the folder.
    until [ -e "$work/timing" ] || ! kill -0 "$timer" 2>/dev/null; do sleep 0.01; done
    rm -f "$work/timing"
    kill -- "-$timer" 2>/dev/null
    wait "$timer" 2>/dev/null
    [ $code = 0 ] || { result=FAIL; echo "exit code $code" >>"$out/log.txt"; }
    cat "$work/part.log" >>"$out/log.txt"
    [ "$result" = pass ] || failed=1
    printf '%s\t%s\t%s\t%s\n' "$name" "$result" "$((SECONDS - start))" "$(grep -v '^ *$' "$work/part.log" | tail -1 | cut -c1-200)" | tee -a "$rows"
}
# Runs every part in its own process group, so that a limit also ends the processes that it started.
set -m

machine() {
    uname -a
    nproc
    nvidia-smi 2>/dev/null
    python3 --version
    echo "libtorch in $LIBTORCH"
    cat "$LIBTORCH"/../version.py "$LIBTORCH"/../build-version 2>/dev/null
    ls "$LIBTORCH"/../../nvidia 2>/dev/null
    g++ --version 2>/dev/null | head -1
    if [ "$device" = cpu ]; then
        grep -m1 'model name' /proc/cpuinfo
    else
        nvidia-smi --query-gpu=name,memory.total,driver_version --format=csv,noheader
    fi
}

# The first start of the program patches its copy of libLibTorchSharp.so for systems with an older libstdc++.
symbols() {
    (cd "$work" && "$distill" status smoke) >/dev/null 2>&1
    local folder=$LIBTORCH
    [ -e "$folder/libtorch_cpu.so" ] || folder=$folder/lib
    python3 "$pack/symbols.py" "$pack/app" "$folder"
}

doctor() {
    "$distill" doctor --device "$device" --json >"$out/doctor.json"
    local code=$?
    cat "$out/doctor.json"
    # One of the lines summarizes all checks.
    echo "$(($(grep -c '"passed": true' "$out/doctor.json") - (code == 0))) checks pass, $(($(grep -c '"passed": false' "$out/doctor.json") - (code != 0))) fail"
    return $code
}

# Runs the pipeline smoke in its own folder: smoke NAME DEVICE PRECISION [OTHER KEYS]
smoke() {
    local folder=$work/$1
    mkdir -p "$folder"
    [ -e "$folder/data" ] || { mkdir "$folder/data"; ln -s "$pack/data/sample" "$folder/data/sample"; }
    printf '{ "extends": "smoke", "name": "%s", "device": "%s", "precision": "%s"%s }\n' "$1" "$2" "$3" "${4:-}" >"$folder/pipeline.json"
    (cd "$folder" && echo $BASHPID >pid && exec "$distill" run)
}

# Prints the loss of the first step of a stage, or the mean over the last ten lines of its log: loss NAME STAGE first|last
loss() {
    local log=$work/$1/models/$1/$2/metrics.jsonl
    { if [ "$3" = first ]; then head -1 "$log"; else tail -10 "$log"; fi; } | sed 's/.*"loss":\([^,]*\),.*/\1/' |
        awk '$1 !~ /^-?[0-9]/ { print $1; found = 1; exit } { sum += $1 } END { if (!found) print sum / NR }'
}

# Tests whether two numbers are close, relative to the second number or to 0.2 if that is smaller: near A B TOLERANCE. NaN never is.
near() {
    [[ $1 =~ ^-?[0-9] && $2 =~ ^-?[0-9] ]] &&
        awk -v a="$1" -v b="$2" -v t="$3" 'BEGIN { d = a - b; if (d < 0) d = -d; m = b < 0 ? -b : b; if (m < 0.2) m = 0.2; exit !(d <= t * m) }'
}

# Compares with the CPU in fp32. The first step has the same weights; later steps drift apart as rounding errors grow.
compare() {
    local name=$1 tolerance=$2 stage good=0
    for stage in pretrain finetune distill self-distill supervised; do
        local first last other_first other_last
        first=$(loss "$name" $stage first) last=$(loss "$name" $stage last)
        other_first=$(loss reference $stage first) other_last=$(loss reference $stage last)
        echo "$stage: loss $first to $last, on the CPU $other_first to $other_last"
        near "$last" "$other_last" 0.25 || { echo "$stage ends far from the loss on the CPU"; good=1; }
    done
    near "$(loss "$name" pretrain first)" "$(loss reference pretrain first)" "$tolerance" || { echo "the first loss of pretrain differs from the CPU's"; good=1; }
    [ $good = 0 ] && echo "first loss of pretrain $(loss "$name" pretrain first), on the CPU $(loss reference pretrain first)"
    return $good
}

# The reference runs at the same time as doctor.
smoke_fp32() {
    smoke fp32 "$device" fp32 || return 1
    while kill -0 "$reference" 2>/dev/null; do sleep 1; done
    tail -3 "$work/reference.log"
    compare fp32 0.01
}
smoke_bf16() { smoke bf16 "$device" bf16 && compare bf16 0.03; }

resume() {
    smoke resumed "$device" fp32 ', "checkpointEverySeconds": 0' &
    local run=$! i
    # Waits for some steps of pretraining; each is saved and logged.
    for i in $(seq 1200); do
        [ "$(cat "$work/resumed/models/resumed/pretrain/metrics.jsonl" 2>/dev/null | wc -l)" -ge 5 ] && break
        sleep 0.05
    done
    kill -KILL "$(cat "$work/resumed/pid")" || { echo "the run ended before it was killed"; return 1; }
    wait "$run"
    echo "killed: exit code $?"
    smoke resumed "$device" fp32 ', "checkpointEverySeconds": 0' >"$work/resumed.log" || { cat "$work/resumed.log"; return 1; }
    grep 'pretrain: resumes from step [1-9]' "$work/resumed.log" || { cat "$work/resumed.log"; return 1; }
    if [ "$device" = cpu ]; then
        cmp "$work/resumed/models/resumed/self-distill/weights.safetensors" "$work/fp32/models/fp32/self-distill/weights.safetensors" || return 1
        echo "the resumed run has the bits of the uninterrupted one"
    else
        near "$(loss resumed self-distill last)" "$(loss fp32 self-distill last)" 0.25 || return 1
        echo "the resumed run ends at a loss of $(loss resumed self-distill last), the uninterrupted one at $(loss fp32 self-distill last)"
    fi
}

# One rank on one GPU: NCCL and the functions around it are there, and the sum is right.
nccl() { if [ "$device" = cpu ]; then echo 'left out: needs a GPU'; else bench nccl; fi; }

bench() { "$pack/app/benchmarks" device --device "$device" $small --output "$out" --only "$1"; }

# Uses the remaining time for networks of full width; they save when they are interrupted.
training() {
    local folder=$work/full
    mkdir -p "$folder"
    if [ -n "$data" ]; then
        printf '{ "extends": "fashion-mnist-gpu", "device": "%s", "dataset": { "folder": "%s" } }\n' "$device" "$data"
    else
        printf '{ "extends": "fashion-mnist-gpu", "device": "%s", "dataset": { "kind": "sample", "folder": "%s" } }\n' "$device" "$pack/data/sample"
    fi >"$folder/pipeline.json"
    if [ "$device" = cpu ]; then
        (cd "$folder" && "$distill" rehearse pipeline.json)
        return
    fi
    local seconds=$((end - SECONDS - 20))
    [ $seconds -gt 10 ] || { echo "no time is left"; return 0; }
    # Stops early enough to save.
    (cd "$folder" && timeout --foreground -k 10 -s TERM $seconds "$distill" run)
    local code=$?
    ls -tr "$folder"/models/fashion-mnist-gpu/*/metrics.jsonl | xargs cat >"$out/training.jsonl"
    tail -1 "$out/training.jsonl"
    [ $code = 0 ] || [ $code = 124 ] || [ $code = 130 ]
}

# Logs memory and use of the GPU, and memory by process, every second during all parts.
if [ "$device" = cuda ] && command -v nvidia-smi >/dev/null; then
    while sleep 1; do
        nvidia-smi --query-gpu=timestamp,memory.used,utilization.gpu,power.draw --format=csv,noheader
        nvidia-smi --query-compute-apps=pid,used_memory,process_name --format=csv,noheader | sed 's/^/process, /'
    done >"$out/gpu.csv" 2>/dev/null &
    watcher=$!
fi

part machine 60 machine
part symbols 60 symbols
( smoke reference cpu fp32 ) >"$work/reference.log" 2>&1 &
reference=$!
part doctor 90 doctor
part "smoke on $device, fp32" 150 smoke_fp32
part "smoke on $device, bf16" 120 smoke_bf16
part 'resume after kill -9' 90 resume
part 'sum with NCCL' 60 nccl
part 'parity with PyTorch' 90 bench parity
part 'training throughput' 240 bench train
part 'labeling throughput' 90 bench label
part 'networks of full width' 600 training

[ -e "$out/gpu.csv" ] && awk -F', ' '$1 != "process" { m = $2 + 0; if (m > most) most = m } END { print "GPU memory in use at most: " most " MiB" }' "$out/gpu.csv" | tee -a "$out/log.txt"
[ $failed = 0 ] && exit 0 || exit 2
