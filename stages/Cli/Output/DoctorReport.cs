using System.Globalization;
using System.Text.Json.Nodes;
using Distill.Learning.Diagnostics;

namespace Distill.Cli.Output;

/// <summary>The report of <c>distill doctor</c>, as lines of text and as JSON.</summary>
internal static class DoctorReport
{
    /// <summary>Writes the facts and the heading of the table of checks.</summary>
    public static void Write(MachineFacts facts)
    {
        foreach (var (name, value) in Lines(facts))
        {
            Console.Out.WriteLine($"{name,-12} {value}");
        }

        Console.Out.WriteLine();
        Console.Out.WriteLine($"{"",-6}{"error",-10}{"limit",-10}check of {facts.Device.Split(',')[0]}");
    }

    /// <summary>Writes one row of the table of checks.</summary>
    public static void Write(CheckRow row)
    {
        var verdict = row.Passed ? "pass" : "FAIL";
        var error = row.Error?.ToString("0.0e0", CultureInfo.InvariantCulture) ?? "none";
        var limit = row.Tolerance.ToString("0.0e0", CultureInfo.InvariantCulture);
        var failure = row.Failure is null ? "" : $": {row.Failure}";
        Console.Out.WriteLine($"{verdict,-6}{error,-10}{limit,-10}{row.Name}, {row.Precision}{failure}");
    }

    public static JsonObject ToJson(MachineFacts facts, IReadOnlyList<CheckRow> rows) => new()
    {
        ["passed"] = rows.All(row => row.Passed),
        ["program"] = new JsonObject { ["version"] = facts.Program.Version, ["commit"] = facts.Program.Commit },
        ["dotnet"] = facts.DotNet,
        ["operatingSystem"] = facts.OperatingSystem,
        ["libtorch"] = new JsonObject
        {
            ["version"] = facts.LibTorch.Version,
            ["folder"] = facts.LibTorch.Folder,
            ["source"] = facts.LibTorch.Source,
            ["cuda"] = facts.LibTorch.Cuda,
            ["cudnn"] = facts.LibTorch.Cudnn,
        },
        ["processor"] = facts.Processor,
        ["instructions"] = facts.Instructions,
        ["cores"] = facts.Cores,
        ["threads"] = facts.Threads,
        ["memoryGiB"] = facts.MemoryGiB,
        ["cudaDriver"] = facts.Driver?.ToString(),
        ["gpus"] = new JsonArray([.. facts.Gpus.Select(gpu => new JsonObject
        {
            ["name"] = gpu.Name,
            ["memoryGiB"] = MachineFacts.GiB(gpu.Bytes),
            ["computeCapability"] = gpu.Capability.ToString(),
        })]),
        ["libtorchSeesGpus"] = facts.SeesGpus,
        ["device"] = facts.Device,
        ["checks"] = new JsonArray([.. rows.Select(row => new JsonObject
        {
            ["name"] = row.Name,
            ["precision"] = row.Precision,
            // JSON cannot hold NaN or infinity.
            ["error"] = row.Error is { } error && double.IsFinite(error) ? error : null,
            ["tolerance"] = row.Tolerance,
            ["passed"] = row.Passed,
            ["failure"] = row.Failure,
            ["seconds"] = Math.Round(row.Seconds, 3),
        })]),
    };

    private static IEnumerable<(string Name, string Value)> Lines(MachineFacts facts)
    {
        yield return ("distill", facts.Program.Commit is { } commit ? $"{facts.Program.Version}, commit {commit}" : facts.Program.Version);
        yield return (".NET", $"{facts.DotNet}, {facts.OperatingSystem}");
        yield return ("libtorch", $"{facts.LibTorch.Version ?? "unknown version"}, {facts.LibTorch.Folder} ({facts.LibTorch.Source})");
        yield return ("CUDA", Cuda(facts));
        foreach (var gpu in facts.Gpus)
        {
            yield return ("GPU", string.Create(
                CultureInfo.InvariantCulture, $"{gpu.Name}, {MachineFacts.GiB(gpu.Bytes):0.0} GiB, compute capability {gpu.Capability}"));
        }

        yield return ("CPU", string.Create(
            CultureInfo.InvariantCulture,
            $"{facts.Processor}, {facts.Instructions}, {facts.Cores} cores, {facts.Threads} threads, {facts.MemoryGiB:0.0} GiB"));
        yield return ("device", facts.Device);
    }

    private static string Cuda(MachineFacts facts)
    {
        var libtorch = facts.LibTorch.Cuda is { } cuda
            ? $"libtorch for CUDA {cuda}, cuDNN {facts.LibTorch.Cudnn ?? "unknown"}"
            : "libtorch without CUDA";
        var driver = facts.Driver is null ? "no driver" : $"driver for CUDA {facts.Driver}";
        return $"{libtorch}, {driver}{(facts.Gpus.Count > 0 && !facts.SeesGpus ? ": this libtorch cannot use the GPU" : "")}";
    }
}
