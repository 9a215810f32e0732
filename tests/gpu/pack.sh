#!/usr/bin/env bash
# Builds tests/gpu/bin/distill-gpu.tar.xz: the program, its benchmarks and the .NET runtime, for a machine that has neither .NET
# nor a network. It does not contain libtorch, which the machine's own PyTorch provides. At most 40 MB.
set -eu
cd "$(dirname "$0")/../.."

most=40000000
out=tests/gpu/bin
pack=$out/distill-gpu
rm -rf "$out"
mkdir -p "$pack/data"

publish() {
    dotnet publish "$1" --nologo -v quiet -clp:NoSummary -c Release --artifacts-path "$out/artifacts" -o "$2" --self-contained \
        -p:Accelerator=none -p:WithCli=true -p:ValidateExecutableReferencesMatchSelfContained=false -p:DebugType=none -p:PublishDocumentationFiles=false \
        -p:PublishTrimmed=true -p:TrimMode=partial -p:SuppressTrimAnalysisWarnings=true -p:JsonSerializerIsReflectionEnabledByDefault=true
}

# Trimming keeps the parts of the runtime that both programs need. The second publish adds the host of the program.
publish benchmarks/Benchmarks.csproj "$pack/app"
publish stages/Cli/Cli.csproj "$out/cli"
cp "$out"/cli/distill "$out"/cli/distill.deps.json "$out"/cli/distill.runtimeconfig.json "$pack/app"
cp -r "$out/cli/presets" "$pack/app"

# Files for debuggers, Windows and tracing, which the program does not need.
rm -f "$pack"/app/{libmscordaccore.so,libmscordbi.so,libcoreclrtraceptprovider.so,createdump,onnxruntime.dll,onnxruntime.lib,onnxruntime_providers_shared.*}
cp tests/gpu/prove.sh tests/gpu/symbols.py "$pack"
cp -r data/sample "$pack/data"
cp pipeline.json "$pack"

tar -C "$out" --owner=0 --group=0 --sort=name --mtime='2020-01-01' -cf - distill-gpu | xz -T0 -9 >"$out/distill-gpu.tar.xz"
rm -rf "$out/artifacts" "$out/cli" "$pack"
size=$(stat -c %s "$out/distill-gpu.tar.xz")
[ "$size" -le $most ] || { echo "$out/distill-gpu.tar.xz has $size bytes, above $most" >&2; exit 1; }
echo "$out/distill-gpu.tar.xz: $size bytes"
