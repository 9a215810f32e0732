using System.Text.Json;
using System.Text.Json.Nodes;
using Benchmarks.Reference;
using static TorchSharp.torch;

namespace Benchmarks.Device;

/// <summary><c>benchmarks device</c>: the product's steps on a device beside plain PyTorch's, and whether both compute the same.</summary>
internal static class DeviceRun
{
    // Multiply-adds of a forward pass at width 1 and 224×224, He et al. table 1 (with the stride on the 3×3); two operations each, and twice as many again backward.
    private static readonly Dictionary<string, double> GigaMultiplyAdds = new() { ["resnet50"] = 4.1, ["resnet152"] = 11.5 };
    private const string Product = "distill";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <param name="options">What to measure.</param>
    /// <param name="scripts">The folder of the PyTorch programs.</param>
    /// <returns>The exit code: 2 where the two do not compute the same.</returns>
    public static int Run(DeviceOptions options, string scripts)
    {
        options.Compute.Check();
        Directory.CreateDirectory(options.Folder);
        var python = Python.Find();
        if (python is null)
        {
            Console.WriteLine($"without PyTorch's rows: {Python.Advice}");
        }

        var agree = true;
        if (options.Part is null or "parity" && python is not null)
        {
            var rows = Parity(options, python, scripts);
            agree = rows.All(row => row!["passed"]!.GetValue<bool>());
            Save(options, "parity.json", rows);
        }

        if (options.Part is null or "train" or "label")
        {
            using var pytorch = python is null ? null : new ResidentProcess(python, Path.Combine(scripts, "device.py"), ProgramOptions(options));
            TakeTurns(options, pytorch);
        }

        return agree ? 0 : 2;
    }

    private static JsonArray Parity(DeviceOptions options, string python, string scripts)
    {
        var rows = new JsonArray();
        var path = Path.Combine(options.Folder, "parity.safetensors");
        using var program = new ResidentProcess(python, Path.Combine(scripts, "parity.py"), ProgramOptions(options));
        foreach (var precision in new[] { "fp64", "fp32", "bf16" })
        {
            ParityFile.Write(
                path, options.Scale, options.Compute with { Bf16 = precision == "bf16" }, precision == "fp64" ? ScalarType.Float64 : ScalarType.Float32);
            var row = program.Ask($"{precision} {path}");
            Console.WriteLine($"parity with torchvision: {row.ToJsonString()}");
            rows.Add(row);
            File.Delete(path);
        }

        return rows;
    }

    private static void TakeTurns(DeviceOptions options, ResidentProcess? pytorch)
    {
        var rows = new JsonArray();
        var found = new JsonObject
        {
            ["device"] = options.Compute.ToString(),
            ["pytorch"] = pytorch?.Ask("versions"),
            ["matmulTeraFlops"] = pytorch?.Ask("matmul")["teraFlops"]!.DeepClone(),
            ["width"] = options.Scale.Width,
            ["imageSize"] = options.Scale.ImageSize,
            ["steps"] = options.Scale.Steps,
            ["rounds"] = options.Scale.Rounds,
            ["rows"] = rows,
        };
        foreach (var architecture in options.Scale.Views.Keys)
        {
            var flop = options.Scale is { Width: 1, ImageSize: 224 } ? 2 * GigaMultiplyAdds[architecture] : 0;
            if (options.Part is null or "train")
            {
                using var training = new ProductTraining(architecture, options.Scale, options.Compute);
                Run($"train {architecture}", 3 * flop, training.Turn);
            }

            if (options.Part is null or "label")
            {
                using var labeling = new ProductLabeling(architecture, options.Scale, options.Compute);
                Run($"label {architecture}", flop, labeling.Turn);
            }
        }

        Console.WriteLine(string.Join("; ", rows.Skip(1).Where(row => row!["productOverThis"] is not null && row["program"]!.GetValue<string>() != Product).Select(row =>
            FormattableString.Invariant($"{row!["work"]}: {row["productOverThis"]!["median"]!.GetValue<double>():0.00} of {row["program"]}"))));

        void Run(string work, double flop, Func<TurnReading> product)
        {
            List<(string, Func<TurnReading>)> programs = [(Product, product)];
            foreach (var way in pytorch is null ? [] : new[] { "eager", "compile" })
            {
                programs.Add(($"pytorch {way}", () => TurnOf(pytorch!.Ask($"{work} {way}"))));
            }

            foreach (var row in new DeviceTurns(work, options.Scale.Rounds, flop, found["matmulTeraFlops"]?.GetValue<double>() ?? 0).Run(programs))
            {
                rows.Add(row);
            }

            pytorch?.Ask("forget");
            // After each, so that what is measured is kept where the time is up.
            Save(options, $"{options.Part ?? "device"}.json", found);
        }
    }

    private static TurnReading TurnOf(JsonObject answer) => answer["failure"] is { } failure
        ? throw new InvalidOperationException(failure.GetValue<string>())
        : TurnReading.Of(answer);

    private static JsonObject ProgramOptions(DeviceOptions options) => new()
    {
        ["device"] = options.Compute.Device.type.ToString().ToLowerInvariant(),
        ["width"] = options.Scale.Width,
        ["imageSize"] = options.Scale.ImageSize,
        ["views"] = new JsonObject(options.Scale.Views.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)JsonValue.Create(entry.Value)))),
        ["warmUp"] = options.Scale.WarmUp,
        ["steps"] = options.Scale.Steps,
    };

    private static void Save(DeviceOptions options, string name, JsonNode found) =>
        File.WriteAllText(Path.Combine(options.Folder, name), found.ToJsonString(Indented) + "\n");
}
