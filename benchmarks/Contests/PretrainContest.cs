using Benchmarks.Harness;
using Benchmarks.Reference;
using Benchmarks.Workload;

namespace Benchmarks.Contests;

/// <summary>A pretraining step on real data with augmentation, the same on a ready tensor, and PyTorch's.</summary>
internal static class PretrainContest
{
    public const string Name = "pretrain";

    public static void Run(Workbench bench, PyTorchProgram? pytorch, TurnTaking turns, Report report)
    {
        using var pretraining = new Pretraining(bench);
        var run = pretraining.Run;
        using var ready_MCHW = pretraining.Task.Inputs(0);
        List<Candidate> contestants =
        [
            new("real data, augmented", run.Steps),
            // An alias, as a step disposes of what it was given.
            new("a ready tensor", steps => run.Steps(steps, _ => ready_MCHW.alias())),
        ];
        if (pytorch is not null)
        {
            var own = pretraining.Task.Network.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel());
            if (pytorch.Parameters != own)
            {
                throw new InvalidOperationException($"PyTorch's network has {pytorch.Parameters} parameters, the product's {own}: they cannot be compared");
            }

            contestants.AddRange(pytorch.Pretraining());
        }

        var about = FormattableString.Invariant($"{bench.Pretrain.Training.BatchSize} images a step, 2 views");
        var contest = new Contest(Name, about, contestants);
        report.Add(contest, turns.Run(contest));
    }
}
