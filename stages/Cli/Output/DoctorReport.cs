using System.Globalization;
using System.Text.Json.Nodes;
using Stages.Learning.Diagnostics;

namespace Stages.Cli.Output;

/// <summary>What <c>distill doctor</c> found, as lines and as JSON.</summary>
internal static class DoctorReport
{
    public static void Write(MachineFacts facts)
    {
        foreach (var (name, value) in Lines(facts))
        {
            Console.Out.WriteLine($"{name,-12} {value}");
        }

        Console.Out.WriteLine();
        Console.Out.WriteLine($"{"",-6}{"error",-10}{"limit",-10}check of {facts.Device.Split(',')[0]}");
    }

    public static void Write(CheckRow row)
    {
        var error = row.Error?.ToString("0.0e0", CultureInfo.InvariantCulture) ?? "none";
        var limit = row.Tolerance.ToString("0.0e0", CultureInfo.InvariantCulture);
        Console.Out.WriteLine($"{(row.Passed ? "pass" : "FAIL"),-6}{error,-10}{limit,-10}{row.Name}, {row.Precision}{(row.Failure is null ? "" : $": {row.Failure}")}");
    }

    public static JsonObject ToJson(MachineFacts facts, IReadOnlyList<CheckRow> rows) => new()
    {
        ["passed"] = rows.All(row => row.Passed),
        ["dotnet"] = facts.DotNet,
        ["system"] = facts.System,
        ["libtorch"] = new JsonObject
        {
            ["version"] = facts.LibTorch.Version,
            ["folder"] = facts.LibTorch.Folder,
            ["source"] = facts.LibTorch.Source,
            ["cuda"] = facts.LibTorch.Cuda,
            ["cudnn"] = facts.LibTorch.Cudnn,
        },
        ["processor"] = facts.Processor,
        ["cores"] = facts.Cores,
        ["threads"] = facts.Threads,
        ["memoryGiB"] = facts.MemoryGiB,
        ["device"] = facts.Device,
        ["checks"] = new JsonArray([.. rows.Select(row => new JsonObject
        {
            ["name"] = row.Name,
            ["precision"] = row.Precision,
            // JSON has no NaN.
            ["error"] = row.Error is { } error && double.IsFinite(error) ? error : null,
            ["tolerance"] = row.Tolerance,
            ["passed"] = row.Passed,
            ["failure"] = row.Failure,
            ["seconds"] = Math.Round(row.Seconds, 3),
        })]),
    };

    private static IEnumerable<(string Name, string Value)> Lines(MachineFacts facts)
    {
        yield return (".NET", $"{facts.DotNet}, {facts.System}");
        yield return ("libtorch", $"{facts.LibTorch.Version ?? "unknown version"}, {facts.LibTorch.Folder} ({facts.LibTorch.Source})");
        yield return ("CUDA", facts.LibTorch.Cuda is { } cuda ? $"{cuda}, cuDNN {facts.LibTorch.Cudnn ?? "none"}" : "none");
        yield return ("CPU", string.Create(CultureInfo.InvariantCulture, $"{facts.Processor}, {facts.Cores} cores, {facts.Threads} threads, {facts.MemoryGiB:0.0} GiB"));
        yield return ("device", facts.Device);
    }
}
