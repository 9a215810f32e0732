using System.Text.Json.Nodes;
using Benchmarks.Reference;
using Distill.Pipeline.Storage;
using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks.Device;

/// <summary>
/// Runs <c>benchmarks device</c>: times the product's steps on a device beside plain PyTorch's, and checks that both compute the same.
/// </summary>
internal static class DeviceRun
{
    private const string Product = "distill";

    // Billions of multiply-adds in a forward pass at width 1 and 224×224, from He et al., table 1 (with the stride on the 3×3). Each is two
    // operations, and the backward pass takes twice as many as the forward pass.
    private static readonly Dictionary<string, double> GigaMultiplyAdds = new() { ["resnet50"] = 4.1, ["resnet152"] = 11.5 };

    /// <summary>Runs the benchmark.</summary>
    /// <param name="options">Options of the command line.</param>
    /// <param name="scripts">Folder of the PyTorch programs.</param>
    /// <returns>Exit code: 2 if the two do not compute the same, or if something could not be measured.</returns>
    public static int Run(DeviceOptions options, string scripts)
    {
        options.Compute.Check();
        if (options.Part == "nccl")
        {
            Console.WriteLine(NcclSum.Prove(options.Compute));
            return 0;
        }

        Directory.CreateDirectory(options.Folder);
        var python = Python.Find();
        if (python is null)
        {
            Console.WriteLine($"PyTorch is left out: {Python.Advice}");
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
            using var pytorch = python is null
                ? null
                : new ResidentProcess(python, Path.Combine(scripts, "device.py"), ProgramOptions(options));
            var rows = TakeTurns(options, pytorch);
            sound &= IsMeasured(rows, python is not null);
            Console.WriteLine(Summary(rows));
        }

        return sound ? 0 : 2;
    }

    /// <summary>Whether the product completed all its turns, and PyTorch those of its eager networks.</summary>
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

        // The file takes hundreds of megabytes in fp64, so it is not kept with the results.
        var folder = Directory.CreateTempSubdirectory("distill-parity-").FullName;
        try
        {
            var path = Path.Combine(folder, "parity.safetensors");
            using var program = new ResidentProcess(python, Path.Combine(scripts, "parity.py"), ProgramOptions(options));
            foreach (var precision in new[] { "fp64", "fp32", "bf16" })
            {
                var type = precision == "fp64" ? ScalarType.Float64 : ScalarType.Float32;
                ParityFile.Write(path, options.Scale, options.Compute with { Bf16 = precision == "bf16" }, type);
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

        // Compiling takes minutes. It comes last, so that the other results exist if the time runs out.
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

            var peak = found["matmulTeraFlops"]?.GetValue<double>() ?? 0;
            foreach (var row in new DeviceTurns(work, options.Scale.Rounds, flop, peak).Run(programs))
            {
                rows.Add(row);
            }

            // Saved after each, so that results are kept if a later one fails.
            Save(options, $"{options.Part ?? "device"}.json", found);
            if (hostSeconds is not null && rows[^programs.Count]!["failure"] is null && way != "compile")
            {
                AddHostShare(rows[^programs.Count]!.AsObject(), options.Scale.Views[work.Split(' ')[1]], hostSeconds());
                Save(options, $"{options.Part ?? "device"}.json", found);
            }

            FreeNetworks(pytorch);
        }
    }

    /// <summary>Adds the fraction of a step's time in which the program enqueues it. From 1 on, the device waits for the program.</summary>
    private static void AddHostShare(JsonObject row, int views, double hostSeconds)
    {
        var stepSeconds = views / row["imagesPerSecond"]!["median"]!.GetValue<double>();
        row["hostSecondsPerStep"] = Math.Round(hostSeconds, 5);
        row["hostShareOfStep"] = Math.Round(hostSeconds / stepSeconds, 3);
        Console.WriteLine(FormattableString.Invariant(
            $"{row["work"]}: the program enqueues a step in {hostSeconds:0.0000} s, {hostSeconds / stepSeconds:0.00} of the step's time"));
    }

    private static void FreeNetworks(ResidentProcess? pytorch)
    {
        try
        {
            pytorch?.Send("forget");
        }
        catch (InvalidOperationException)
        {
            // It ended. Its next turn reports that.
        }
    }

    private static TurnReading TurnOf(JsonObject answer) => answer["failure"] is { } failure
        ? throw new InvalidOperationException(failure.GetValue<string>())
        : TurnReading.Parse(answer);

    private static JsonObject ProgramOptions(DeviceOptions options) => new()
    {
        ["device"] = options.Compute.Device.type.ToString().ToLowerInvariant(),
        ["width"] = options.Scale.Width,
        ["imageSize"] = options.Scale.ImageSize,
        ["views"] = new JsonObject(
            options.Scale.Views.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)JsonValue.Create(entry.Value)))),
        ["warmUp"] = options.Scale.WarmUp,
        ["steps"] = options.Scale.Steps,
    };

    private static void Save(DeviceOptions options, string name, JsonNode found) =>
        File.WriteAllText(Path.Combine(options.Folder, name), found.ToJsonString(JsonFormat.Indented) + "\n");
}
