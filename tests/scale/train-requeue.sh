#!/bin/bash
# Trains with docs/examples/train.sbatch on a running Slurm (tests/scale/slurm.sh), with a time limit that ends the job several times, and
# compares the weights with those of an uninterrupted run: train-requeue.sh PROGRAM FOLDER. It takes some ten minutes.
# LAUNCHER in the environment starts several processes, such as mpirun -n 2 --mca ras ^slurm --mca plm isolated.
set -eu

program=$(realpath "$1")
data=$(realpath "$2")
root=$(realpath "$(dirname "$0")/../..")
work=$(mktemp -d)
cd "$work"
printf '#!/bin/sh\nexport OMP_NUM_THREADS=1\nexec %s "$@"\n' "$program" > distill
chmod +x distill
write() {
    cat > "$1.json" <<END
{
  "name": "$1", "device": "cpu", "precision": "fp32",
  "dataset": { "kind": "fashion-mnist", "folder": "$data" },
  "labels": { "perClass": 4 },
  "pretrain": { "network": { "architecture": "resnet18", "width": 0.125 }, "head": { "output": 8 },
    "steps": $STEPS, "batchSize": 128, "groups": 2 },
  "probe": null, "finetune": { "fromLayer": 0, "steps": 6, "batchSize": 8 }, "rounds": null, "supervised": null,
  "publish": { "student": "teacher" }
}
END
}
STEPS=${STEPS:-1000}
write requeued
write alone

job=$(PIPELINE=requeued.json sbatch --parsable --time=2 --signal=B:USR1@60 "$root/docs/examples/train.sbatch")
echo "job $job"
while squeue --noheader --jobs "$job" 2> /dev/null | grep -q .; do
    # A job that is queued again waits two minutes, unless it is told to start. At once would be too early: Slurm is still ending it.
    if squeue --noheader --jobs "$job" --states PENDING 2> /dev/null | grep -q .; then
        sleep 5
        scontrol update JobId="$job" StartTime=now 2> /dev/null || true
    fi
    sleep 2
done
scontrol show job "$job" | grep -o 'JobState=[A-Z]*\|Restarts=[0-9]*' | paste -sd ' '
grep -c 'Saving a checkpoint' train.log | xargs -I{} echo "{} times saved and stopped"
grep -o 'resumes from step [0-9]*' train.log

./distill run alone.json > alone.log
for file in pretrain/weights.safetensors finetune/weights.safetensors; do
    cmp "models/alone/$file" "models/requeued/$file"
    echo "$file: the same bytes"
done
rm -r "$work"
