#!/bin/bash
# Labels with docs/examples/label.sbatch on a running Slurm (tests/scale/slurm.sh), kills one task twice, and compares the soft targets
# with those of one process: label-array.sh PROGRAM FOLDER, with the folder of Fashion-MNIST's files. It takes some minutes.
set -eu

program=$(realpath "$1")
data=$(realpath "$2")
root=$(realpath "$(dirname "$0")/../..")
work=$(mktemp -d)
cd "$work"
printf '#!/bin/sh\nexport OMP_NUM_THREADS=1\nexec %s "$@"\n' "$program" > distill
chmod +x distill
cat > pipeline.json <<END
{
  "name": "array", "device": "cpu", "precision": "fp32",
  "dataset": { "kind": "fashion-mnist", "folder": "$data" },
  "labels": { "perClass": 4 },
  "pretrain": { "network": { "architecture": "resnet18", "width": 0.125 }, "head": { "output": 8 }, "steps": 8, "batchSize": 16 },
  "finetune": { "steps": 6, "batchSize": 8 },
  "rounds": {
    "distill": {
      "result": "distilled",
      "label": { "viewsPerImage": 4 },
      "student": { "network": { "architecture": "resnet18", "width": 0.125 }, "steps": 8, "batchSize": 16 }
    }
  },
  "supervised": null
}
END
soft=data/array/soft-targets/distill

./distill run --until label > alone.log
(cd $soft && sha256sum part-*.parquet) > expected
rm -r $soft models/array/label

job=$(sbatch --parsable "$root/docs/examples/label.sbatch")
echo "job $job"
partials() { ls "$soft"/part-0000[159].parquet.distill-*.partial 2> /dev/null | wc -l; }
process_of_task_1() {
    pgrep -f "label pipeline.json --parts 4" | while read -r process; do
        tr '\0' '\n' < "/proc/$process/environ" 2> /dev/null | grep -qx SLURM_ARRAY_TASK_ID=1 && echo "$process"
    done | tail -1
}
for kill in 1 2; do
    # While task 1 writes a shard: a temporary file is there that was not there before.
    before=$(if [ $kill = 1 ]; then echo 0; else partials; fi)
    until [ "$(partials)" -gt "$before" ] && task=$(process_of_task_1) && [ -n "$task" ]; do sleep 0.1; done
    kill -9 "$task"
    echo "kill $kill of task 1, process $task"
    until scontrol show job "${job}_1" | grep -q "Restarts=$kill"; do sleep 0.5; done
    until scontrol update JobId="${job}_1" StartTime=now 2> /dev/null; do sleep 1; done
done

while squeue --noheader --jobs "$job" 2> /dev/null | grep -q .; do sleep 1; done
(cd $soft && sha256sum part-*.parquet) > found
cmp expected found
./distill run --until label | grep -v ' step '
(cd $soft && sha256sum part-*.parquet) | cmp - expected
wc -l < expected | xargs -I{} echo "{} shards have the bytes of one process"
scontrol show job "$job" | grep -o 'ArrayTaskId=[0-9]*\|Restarts=[0-9]*\|JobState=[A-Z]*' | paste -sd ' '
rm -r "$work"
