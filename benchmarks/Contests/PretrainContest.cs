using Benchmarks.Harness;
using Benchmarks.Reference;
using Benchmarks.Workload;
using Distill.Learning.Training;

namespace Benchmarks.Contests;

/// <summary>A pretraining step on real data with augmentation, the same on a prepared tensor, and PyTorch's.</summary>
internal static class PretrainContest
{
    public const string Name = "pretrain";

    public static void Run(Workbench bench, PyTorchProgram? pytorch, TurnTaking turns, Report report)
    {
        using var pretraining = new Pretraining(bench);
        var run = pretraining.Run;
        using var inputs = pretraining.Task.Inputs(0);
        using var prepared_MCHW = inputs.All();
        List<Candidate> candidates =
        [
            new("real data, augmented", run.Steps),
            // An alias, because a step disposes of its inputs.
            new("a prepared tensor", steps => run.Steps(steps, _ => StepInputs.Of(prepared_MCHW.alias()))),
        ];
        if (pytorch is not null)
        {
            var own = pretraining.Task.Network.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel());
            if (pytorch.Parameters != own)
            {
                throw new InvalidOperationException(
                    $"PyTorch's network has {pytorch.Parameters} parameters, the product's {own}: they cannot be compared");
            }

            candidates.AddRange(pytorch.Pretraining());
        }

        var about = FormattableString.Invariant($"{bench.Pretrain.Training.BatchSize} images per step, 2 views each");
        var contest = new Contest(Name, about, candidates);
        report.Add(contest, turns.Run(contest));
    }
}
