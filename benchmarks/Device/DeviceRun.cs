using System.Text.Json;
using System.Text.Json.Nodes;
using Benchmarks.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks.Device;

/// <summary><c>benchmarks device</c>: the product's steps on a device beside plain PyTorch's, and whether both compute the same.</summary>
internal static class DeviceRun
{
    private const string Product = "distill";

    // Multiply-adds of a forward pass at width 1 and 224×224, He et al. table 1 (with the stride on the 3×3); two operations each, and
    // twice as many again backward.
    private static readonly Dictionary<string, double> GigaMultiplyAdds = new() { ["resnet50"] = 4.1, ["resnet152"] = 11.5 };
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <param name="options">What to measure.</param>
    /// <param name="scripts">The folder of the PyTorch programs.</param>
    /// <returns>The exit code: 2 where the two do not compute the same, or where what was asked for could not be measured.</returns>
    public static int Run(DeviceOptions options, string scripts)
    {
        options.Compute.Check();
        Directory.CreateDirectory(options.Folder);
        var python = Python.Find();
        if (python is null)
        {
            Console.WriteLine($"without PyTorch's rows: {Python.Advice}");
        }

        var sound = python is not null || options.Compute.Device.type == DeviceType.CPU;
        if (options.Part is null or "parity" && python is not null)
        {
            var rows = Parity(options, python, scripts);
            Save(options, "parity.json", rows);
            sound &= rows.All(row => row!["passed"]!.GetValue<bool>());
        }

        if (options.Part is null or "train" or "label")
        {
            using var pytorch = python is null ? null : new ResidentProcess(python, Path.Combine(scripts, "device.py"), ProgramOptions(options));
            var rows = TakeTurns(options, pytorch);
            sound &= IsMeasured(rows, python is not null);
            Console.WriteLine(Summary(rows));
        }

        return sound ? 0 : 2;
    }

    /// <summary>Whether the product took all its turns, and PyTorch those of its eager networks.</summary>
    internal static bool IsMeasured(JsonArray rows, bool withPyTorch) =>
        rows.All(row => row!["failure"] is null || row["program"]!.GetValue<string>().EndsWith("compile", StringComparison.Ordinal))
        && (!withPyTorch || rows.Any(row => row!["program"]!.GetValue<string>().EndsWith("eager", StringComparison.Ordinal)));

    private static string Summary(JsonArray rows) => string.Join("; ", rows.OfType<JsonObject>()
        .Where(row => row["program"]!.GetValue<string>() != Product)
        .Select(row => row["productOverThis"] is { } ratio
            ? FormattableString.Invariant($"{row["work"]}: {ratio["median"]!.GetValue<double>():0.00} of {row["program"]}")
            : $"{row["work"]}: {row["program"]} failed"));

    private static JsonArray Parity(DeviceOptions options, string python, string scripts)
    {
        var rows = new JsonArray();
        // Hundreds of megabytes in fp64: not among the results.
        var folder = Directory.CreateTempSubdirectory("distill-parity-").FullName;
        try
        {
            var path = Path.Combine(folder, "parity.safetensors");
            using var program = new ResidentProcess(python, Path.Combine(scripts, "parity.py"), ProgramOptions(options));
            foreach (var precision in new[] { "fp64", "fp32", "bf16" })
            {
                ParityFile.Write(
                    path, options.Scale, options.Compute with { Bf16 = precision == "bf16" }, precision == "fp64" ? ScalarType.Float64 : ScalarType.Float32);
                var row = program.Send($"{precision} {path}");
                Console.WriteLine($"parity with torchvision: {row.ToJsonString()}");
                rows.Add(row);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return rows;
    }

    private static JsonArray TakeTurns(DeviceOptions options, ResidentProcess? pytorch)
    {
        var rows = new JsonArray();
        var found = new JsonObject
        {
            ["device"] = options.Compute.ToString(),
            ["pytorch"] = pytorch?.Send("versions"),
            ["matmulTeraFlops"] = pytorch?.Send("matmul")["teraFlops"]!.DeepClone(),
            ["width"] = options.Scale.Width,
            ["imageSize"] = options.Scale.ImageSize,
            ["steps"] = options.Scale.Steps,
            ["rounds"] = options.Scale.Rounds,
            ["rows"] = rows,
        };
        // Compiling takes minutes: last, so that the rest is there where the time is up.
        foreach (var way in pytorch is null ? new[] { "" } : ["eager", "compile"])
        {
            foreach (var architecture in options.Scale.Views.Keys)
            {
                var flop = options.Scale is { Width: 1, ImageSize: 224 } ? 2 * GigaMultiplyAdds[architecture] : 0;
                if (options.Part is null or "train")
                {
                    using var training = new ProductTraining(architecture, options.Scale, options.Compute);
                    Compare($"train {architecture}", way, 3 * flop, training.Turn, training.HostSecondsPerStep);
                }

                if (options.Part is null or "label")
                {
                    using var labeling = new ProductLabeling(architecture, options.Scale, options.Compute);
                    Compare($"label {architecture}", way, flop, labeling.Turn, hostSeconds: null);
                }
            }
        }

        return rows;

        void Compare(string work, string way, double flop, Func<TurnReading> product, Func<double>? hostSeconds)
        {
            List<(string, Func<TurnReading>)> programs = [(Product, product)];
            if (pytorch is not null)
            {
                programs.Add(($"pytorch {way}", () => TurnOf(pytorch.Send($"{work} {way}"))));
            }

            foreach (var row in new DeviceTurns(work, options.Scale.Rounds, flop, found["matmulTeraFlops"]?.GetValue<double>() ?? 0).Run(programs))
            {
                rows.Add(row);
            }

            // After each, so that what is measured is kept.
            Save(options, $"{options.Part ?? "device"}.json", found);
            if (hostSeconds is not null && rows[^programs.Count]!["failure"] is null && way != "compile")
            {
                AddHostShare(rows[^programs.Count]!.AsObject(), options.Scale.Views[work.Split(' ')[1]], hostSeconds());
                Save(options, $"{options.Part ?? "device"}.json", found);
            }

            Forget(pytorch);
        }
    }

    /// <summary>Which part of a step's time the program needs to enqueue it: from 1 on, the device waits for the program.</summary>
    private static void AddHostShare(JsonObject row, int views, double hostSeconds)
    {
        var stepSeconds = views / row["imagesPerSecond"]!["median"]!.GetValue<double>();
        row["hostSecondsPerStep"] = Math.Round(hostSeconds, 5);
        row["hostShareOfStep"] = Math.Round(hostSeconds / stepSeconds, 3);
        Console.WriteLine(FormattableString.Invariant($"{row["work"]}: the program enqueues a step in {hostSeconds:0.0000} s, {hostSeconds / stepSeconds:0.00} of the step's time"));
    }

    private static void Forget(ResidentProcess? pytorch)
    {
        try
        {
            pytorch?.Send("forget");
        }
        catch (InvalidOperationException)
        {
            // It ended; its next turn says so.
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
