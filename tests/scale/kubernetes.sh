#!/bin/bash
# Compares the files for Kubernetes in docs/examples with the descriptions of their resources: kubernetes.sh MPIJOBS_YAML, which is
# manifests/base/kubeflow.org_mpijobs.yaml of the MPI Operator. The Job is compiled against TypeScript's types of Kubernetes, which refuse
# unknown keys, and validated by its schema. Needs npm, and python3 with yaml and jsonschema.
set -eu

mpijobs=$(realpath "$1")
examples=$(realpath "$(dirname "$0")/../../docs/examples")
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cd "$work"
npm install --silent --no-save kubernetes-models@4.5.1 typescript@5.9

python3 - "$examples/label-job.yaml" << 'END' > job.ts
import json, sys, yaml
print('import { IJob } from "kubernetes-models/batch/v1/Job";')
print("export const job: IJob =", json.dumps(yaml.safe_load(open(sys.argv[1]))) + ";")
END
npx tsc --noEmit --strict --skipLibCheck --module nodenext job.ts
npx tsc --skipLibCheck --module esnext --moduleResolution bundler job.ts
cat > check.mjs << 'END'
import { validate } from "./node_modules/kubernetes-models/_schemas/IoK8sApiBatchV1Job.mjs";
import { job } from "./job.mjs";
if (!validate(job)) { console.error(validate.errors); process.exit(1); }
END
mv job.js job.mjs
node check.mjs
echo 'label-job.yaml is valid'

python3 - "$examples/train-mpijob.yaml" "$mpijobs" << 'END'
import sys, jsonschema, yaml

def strict(schema):
    """The same schema, which refuses unknown keys."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: strict(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and "type" in schema and "additionalProperties" not in schema:
        result["additionalProperties"] = bool(schema.get("x-kubernetes-preserve-unknown-fields"))
    return result

document, crd = (yaml.safe_load(open(path)) for path in sys.argv[1:])
version = next(version for version in crd["spec"]["versions"] if version["name"] == "v2beta1")
schema = strict(version["schema"]["openAPIV3Schema"])
schema["properties"]["metadata"] = {"type": "object"}
errors = list(jsonschema.Draft7Validator(schema).iter_errors(document))
for error in errors:
    print(f"{'.'.join(map(str, error.absolute_path))}: {error.message}", file=sys.stderr)
sys.exit(1 if errors else 0)
END
echo 'train-mpijob.yaml is valid'
