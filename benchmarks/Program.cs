using System.Text.Json.Nodes;
using Benchmarks.Contests;
using Benchmarks.Device;
using Benchmarks.Harness;
using Benchmarks.Ranks;
using Benchmarks.Reference;
using Benchmarks.Scale;
using Benchmarks.Workload;
using Distill.Learning.Native.Loading;
using Distill.Pipeline.Options;
using TorchSharp;
using static TorchSharp.torch;

const double SecondsPerTurn = 1.5;

try
{
    LibTorch.Check();
    return args switch
    {
        [ScaleOptions.Command, .. var rest] => ScaleRun.Run(ScaleOptions.Parse(rest), Machine.Repository()),
        [DeviceOptions.Command, .. var rest] => DeviceRun.Run(DeviceOptions.Parse(rest), Path.Combine(AppContext.BaseDirectory, "pytorch")),
        [RankTimes.Command] => RankTimes.Run(),
        _ => Run(BenchmarkOptions.Parse(args)),
    };
}
catch (UserException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 1;
}

static int Run(BenchmarkOptions options)
{
    string[] names =
    [
        PretrainContest.Name, FineTuneContest.Name, DistillContest.Name, LabelContest.Name, StepShares.Name, MachineCeiling.Name,
        PhotosContest.Name,
        CropsContest.Name,
    ];
    if (options.Only is { } only && !names.Contains(only))
    {
        throw new UserException($"found --only {only}, expected {string.Join(", ", names)}");
    }

    var root = Machine.Repository();
    using var bench = new Workbench(root);
    var report = new Report();
    var turns = new TurnTaking(options.Pairs, SecondsPerTurn, TimeSpan.FromMilliseconds(250));
    var wanted = names.Where(name => options.Only is null || name == options.Only).ToHashSet();
    using var pytorch = wanted.Overlaps([PretrainContest.Name, LabelContest.Name]) ? StartPyTorch(root, bench) : null;
    PrintHead(options, bench, pytorch, report);
    Try(PretrainContest.Name, () => PretrainContest.Run(bench, pytorch, turns, report));
    Try(FineTuneContest.Name, () => FineTuneContest.Run(bench, turns, report));
    Try(DistillContest.Name, () => DistillContest.Run(bench, turns, report));
    Try(LabelContest.Name, () => LabelContest.Run(bench, pytorch, turns, report));
    Try(StepShares.Name, () => StepShares.Run(bench, options.Pairs, report));
    Try(MachineCeiling.Name, () => MachineCeiling.Run(bench.Settings.Compute, options.Pairs, report));
    Try(PhotosContest.Name, () => PhotosContest.Run(root, options.Pairs, turns, report));
    Try(CropsContest.Name, () => CropsContest.Run(root, turns, report));
    report.Save(Path.Combine(root, "models", "bench", "bench.json"));
    Console.WriteLine();
    Console.WriteLine("also in models/bench/bench.json");
    return 0;

    void Try(string name, Action run)
    {
        if (wanted.Contains(name))
        {
            run();
        }
    }
}

static void PrintHead(BenchmarkOptions options, Workbench bench, PyTorchProgram? pytorch, Report report)
{
    var settings = FormattableString.Invariant($"{bench.Settings.Compute}, {get_num_threads()} threads, seed {bench.Settings.Seed}");
    Console.WriteLine($"{Machine.Processor}; {settings}");
    Console.WriteLine(options.Command);
    if (pytorch is not null)
    {
        Console.WriteLine(pytorch.Versions);
    }

    report.Keep("run", new JsonObject
    {
        ["utc"] = TimeProvider.System.GetUtcNow().UtcDateTime,
        ["processor"] = Machine.Processor,
        ["settings"] = settings,
        ["command"] = options.Command,
        ["pytorch"] = pytorch?.Versions,
    });
}

static PyTorchProgram? StartPyTorch(string root, Workbench bench)
{
    if (bench.Settings.Compute.Device.type != DeviceType.CPU)
    {
        Console.WriteLine("PyTorch is left out: its program runs on the CPU only");
        return null;
    }

    if (Python.Find() is not { } python)
    {
        Console.WriteLine($"PyTorch is left out: {Python.Advice}");
        return null;
    }

    try
    {
        return new PyTorchProgram(python, Path.Combine(root, "benchmarks", "pytorch", "simclr.py"), bench);
    }
    catch (InvalidOperationException ended)
    {
        Console.WriteLine($"PyTorch is left out: {ended.Message}");
        return null;
    }
}
