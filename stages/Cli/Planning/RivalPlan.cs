using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Datasets;
using Distill.Evaluate;
using Distill.FineTune;
using Distill.Imaging.Evaluation;
using Distill.Learning.Networks;
using Distill.Neighbors;
using Distill.Pipeline.Execution;
using Distill.Pretrain;
using Distill.Probe;
using Distill.Rivals;
using Distill.Rivals.Poisson;
using Distill.Rivals.Tuning;

namespace Distill.Cli.Planning;

/// <summary>Plans the other methods that a pipeline compares with: their stages, keys and networks.</summary>
/// <param name="options">The pipeline.</param>
/// <param name="dataset">The pipeline's dataset, not read yet.</param>
internal sealed class RivalPlan(PipelineOptions options, IDataset dataset)
{
    /// <summary>Plans all methods.</summary>
    /// <param name="supervised">The supervised network, if there is one.</param>
    /// <param name="rounds">Plans rounds.</param>
    public IReadOnlyList<PlanStep> Create(IReadOnlyList<Candidate> supervised, RoundPlan rounds)
    {
        List<PlanStep> steps =
        [
            .. options.Rivals.Methods.Select(Method),
            .. options.Rivals.Encoders.Select(Encoder),
            .. options.Rivals.HasPoisson ? [Poisson()] : Array.Empty<PlanStep>(),
        ];
        foreach (var taught in options.Rivals.Rounds)
        {
            var step = rounds.Create(taught.Round, taught.Labeling, Row(taught.Teacher));
            steps.Add(new PlanStep(step.Stages, [step.Student]));
        }

        steps.AddRange(options.Rivals.Tuned.Select(tuned => Tuned(tuned, Row(tuned.Options.Of))));
        return steps;

        Candidate Row(string name) => supervised.Concat(steps.SelectMany(step => step.Candidates)).Single(row => row.Name == name);
    }

    /// <summary>Plans the training of a network by another method.</summary>
    private PlanStep Method(Block<RivalOptions> rival)
    {
        var rivalry = rival.Options;
        var source = RivalStage.SourceOf(new Artifact(rivalry.Name, RivalStage.Output), rivalry);
        var network = new Candidate(rivalry.Name, rivalry.Method.Description, source, [source.Artifact]);
        var key = RivalBlocks.KeyOf(rival.ToJson(), rivalry.Name);
        return new PlanStep(
            [
                Stage(rivalry.Name, rivalry.Method.Version, WithLabels(key), [Plan.Train], context =>
                    RivalStage.Run(context, rivalry, options.Settings, dataset, options.Labels)),
            ],
            [network]);
    }

    /// <summary>Plans an encoder that is trained by another method, and its fine-tuning.</summary>
    private PlanStep Encoder(Block<EncoderRival> rival)
    {
        var method = rival.Options;
        var encoder = new Artifact(method.Pretraining, EncoderRival.Output);
        var source = new ClassifierSource(
            new Artifact(method.Name, FineTuneStage.Output),
            (channels, classes, generator) =>
                new FineTunedNetwork(method.Network, method.Head, fromLayer: 0, channels, classes, generator));
        var finetune = options.FineTune.Options with { FromLayer = 0, Start = ClassifierStart.Zero, Unlabeled = null };
        var key = options.FineTune.ToJson();
        foreach (var unused in new[] { "weights", "fromLayer", "start", "unlabeled" })
        {
            key.Remove(unused);
        }

        var pretraining = Stage(
            encoder.Stage, method.Version, RivalBlocks.KeyOf(rival.ToJson(), method.Name), [Plan.Train], context =>
                method.Run(context, options.Settings, dataset));
        var tuning = Stage(method.Name, FineTuneStage.VersionOf(finetune), WithLabels(key), [Plan.Train, encoder], context =>
            FineTuneStage.Run(context, finetune, options.Settings, dataset, options.Labels, source, encoder));
        return new PlanStep([pretraining, tuning], [new Candidate(method.Name, method.Description, source, [encoder, source.Artifact])]);
    }

    /// <summary>Plans the further training of another row's network.</summary>
    private PlanStep Tuned(Block<TuneOptions> block, Candidate row)
    {
        var tuned = block.Options;
        var source = row.Source with { Artifact = new Artifact(tuned.Name, TuneStage.Output) };
        var stage = Stage(
            tuned.Name, TuneStage.Version, WithLabels(RivalBlocks.KeyOf(block.ToJson(), tuned.Name)), [Plan.Train, .. row.Source.Inputs],
            context => TuneStage.Run(context, tuned, options.Settings, dataset, options.Labels, row.Source));
        return new PlanStep([stage], [
            new Candidate(
                tuned.Name, $"{row.Name}, then trained further on the labeled images", source, [.. row.Lineage, source.Artifact]),
        ]);
    }

    /// <summary>Plans Poisson learning, whose row is a vote of all training images with the classes that it gave them.</summary>
    private PlanStep Poisson()
    {
        var neighbors = new Artifact(StageNames.Neighbors, NeighborsStage.Output);
        var classes = new Artifact(PoissonStage.Name, PoissonStage.Output);
        var pretrain = options.Pretrain.Options;
        // The vote uses the encoder of the probe, as the other votes of neighbors do.
        var source = new ClassifierSource(
            new Artifact(StageNames.Probe, ProbeStage.Output),
            (channels, count, generator) =>
                new FineTunedNetwork(pretrain.Network, pretrain.Head, fromLayer: 0, channels, count, generator))
        {
            Needs = [classes],
        };
        var stage = Stage(PoissonStage.Name, PoissonStage.Version, WithLabels([]), [Plan.Train, neighbors], context =>
            PoissonStage.Run(context, dataset, options.Labels, neighbors));
        return new PlanStep([stage], [
            new Candidate(
                PoissonStage.Name,
                "labels spread over neighbors by the pretrained encoder (Poisson learning), then a vote of the 10 nearest training images",
                source,
                [new Artifact(StageNames.Pretrain, PretrainStage.Output), neighbors, classes])
            {
                Neighbors = new NeighborOptions(Neighbors: 10, Temperature: 0.1),
                Voters = classes,
            },
        ]);
    }

    private StageDefinition Stage(
        string name, int version, JsonObject key, IReadOnlyList<Artifact> inputs, Func<StageContext, StageResult> run)
    {
        key["seed"] = options.Settings.Seed;
        return new StageDefinition(name, version, key, inputs, run);
    }

    private JsonObject WithLabels(JsonObject key) => StageKeys.WithLabels(key, options.Labels);
}
