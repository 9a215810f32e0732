using Distill.Artifacts;
using Distill.Cli.Planning;
using Distill.Distill;
using Distill.Learning.Networks;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Distill.Rivals;
using static TorchSharp.torch;

namespace Distill.Cli.Capacity;

/// <summary>A stage of a pipeline that trains: its network, and what a step shows it.</summary>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Key">JSON path of its training options, such as <c>pretrain</c>.</param>
/// <param name="Create">Creates the network for a number of channels and classes, on the CPU.</param>
/// <param name="Training">Steps, batch size, groups and optimizer.</param>
/// <param name="Rows">Rows of a step: views, or images.</param>
internal sealed record PlannedTraining(
    string Stage, string Key, Func<int, int, nn.Module<Tensor, Tensor>> Create, TrainingOptions Training, long Rows)
{
    /// <summary>The encoder.</summary>
    public required NetworkOptions Network { get; init; }

    /// <summary>The layer of a head that the network ends with; null for a classifier on the encoder.</summary>
    public int? Head { get; init; }

    /// <summary>What the network is, if not an encoder with a head or a classifier.</summary>
    public string? Form { get; init; }

    /// <summary>Values per pixel of the network's widest feature maps.</summary>
    public double ValuesPerPixel => Network.ValuesPerPixel;

    /// <summary>Number of processes that train together.</summary>
    public int Ranks { get; init; } = 1;

    /// <summary>Whether these processes can divide a batch of one group.</summary>
    public bool DividesOneGroup { get; init; }

    /// <summary>Rows of a group that a process has.</summary>
    public long RowsPerGroup => RowsIn(Training.Groups);

    /// <summary>Returns the rows of a group that a process would have with another number of groups.</summary>
    public long RowsIn(int groups)
    {
        var parts = groups == 1 && DividesOneGroup ? Ranks : groups;
        return (Rows + parts - 1) / parts;
    }

    /// <summary>Returns the same training for one of the processes that share it.</summary>
    public PlannedTraining OnRanks(RunSettings settings) => this with
    {
        Ranks = settings.RanksFor(Training).Count,
        DividesOneGroup = settings.BatchNorm == BatchNorm.Global,
    };

    /// <summary>Whether the loss is a sum over rows, so that the groups need no second forward pass.</summary>
    public bool IsLossSumOfRows { get; init; } = true;

    /// <summary>Keys in the queue; 0 for none. A queue comes with a momentum copy of the network.</summary>
    public int QueueSize { get; init; }

    /// <summary>Length of a key.</summary>
    public int ProjectionLength { get; init; }

    /// <summary>The training whose network labels the rows of every step; null if none does.</summary>
    public PlannedTraining? Teacher { get; init; }

    /// <summary>Rows of a step that only the teacher sees.</summary>
    public long TeacherRows { get; init; }

    /// <summary>Whether the teacher is an average of the network that trains, which checkpoints hold too.</summary>
    public bool SavesTeacher { get; init; }

    /// <summary>What the method needs beside the network, given the dataset; null for nothing.</summary>
    public Func<PlannedData, MethodMemory>? Beside { get; init; }

    /// <summary>Networks of the same size that train in the same steps.</summary>
    public int Students { get; init; }

    /// <summary>Averages of the weights.</summary>
    public int Averages { get; init; }

    /// <summary>Whether a step of the other training costs the same per row, so that one of them need not be measured.</summary>
    public bool CostsAs(PlannedTraining other) =>
        (Network, Head, Form, IsLossSumOfRows) == (other.Network, other.Head, other.Form, other.IsLossSumOfRows)
        && (Training.Optimizer.Kind, RowsPerGroup) == (other.Training.Optimizer.Kind, other.RowsPerGroup);

    /// <summary>Lists the stages of a pipeline that train, in their order.</summary>
    public static IReadOnlyList<PlannedTraining> ListOf(PipelineOptions options)
    {
        var list = new List<PlannedTraining>();
        var pretrain = options.Pretrain.Options;
        if (options.Pretrains)
        {
            list.Add(new PlannedTraining(
                StageNames.Pretrain,
                "pretrain",
                (channels, _) => Made(generator => new ContrastiveNetwork(pretrain.Network, pretrain.Head, channels, generator)),
                pretrain.Training,
                2L * pretrain.Training.BatchSize)
            {
                Network = pretrain.Network,
                Head = pretrain.Head.Layers,
                IsLossSumOfRows = false,
                QueueSize = pretrain.Queue.Size,
                ProjectionLength = pretrain.Head.LengthOn(pretrain.Network),
            });
        }

        var teacher = options.UsesEncoders ? null : FineTuned(options);
        if (options.FineTunes)
        {
            list.Add(teacher!);
        }

        if (options.Supervised?.Options is { } supervised)
        {
            list.Add(Classifier(StageNames.Supervised, "supervised", supervised.Network, supervised.Training, 0));
        }

        list.AddRange(PlannedRivals.ListOf(options, list));
        foreach (var round in options.Rounds)
        {
            teacher = Student(round, teacher);
            list.Add(teacher);
        }

        return list;
    }

    /// <summary>Plans the student of a round.</summary>
    /// <param name="round">The round.</param>
    /// <param name="teacher">The training of its teacher; null if it is not known.</param>
    public static PlannedTraining Student(RoundOptions round, PlannedTraining? teacher)
    {
        var student = round.Student.Options;
        var labeled = student.Alpha < 1 ? student.LabeledBatchSize : 0;
        return Classifier(round.Name, $"{round.Path}.student", student.Network, student.Training, labeled) with
        {
            Teacher = round.Targets == TargetsKind.Online ? teacher : null,
        };
    }

    private static PlannedTraining FineTuned(PipelineOptions options)
    {
        var (pretrain, finetune) = (options.Pretrain.Options, options.FineTune.Options);
        var plan = new PlannedTraining(
            StageNames.FineTune,
            "finetune",
            (channels, classes) => Made(generator =>
                new FineTunedNetwork(pretrain.Network, pretrain.Head, finetune.FromLayer, channels, classes, generator)),
            finetune.Training,
            finetune.ImagesPerStep)
        {
            Network = pretrain.Network,
            Head = finetune.FromLayer,
        };
        return finetune.Unlabeled is null ? plan : plan with
        {
            Teacher = plan,
            TeacherRows = plan.Rows - finetune.Training.BatchSize,
            SavesTeacher = true,
        };
    }

    /// <summary>Plans the training of a plain classifier.</summary>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="key">JSON path of its training options.</param>
    /// <param name="network">The network.</param>
    /// <param name="training">Steps, batch size, groups and optimizer.</param>
    /// <param name="labeled">Labeled images of a step that are not in the batch size.</param>
    public static PlannedTraining Classifier(
        string stage, string key, NetworkOptions network, TrainingOptions training, int labeled) => new(
        stage,
        key,
        (channels, classes) => Made(generator => new ResNet(network, channels, classes, generator)),
        training,
        training.BatchSize + labeled)
        {
            Network = network,
        };

    /// <summary>Creates a network with weights of its own.</summary>
    public static nn.Module<Tensor, Tensor> Made(Func<Generator, nn.Module<Tensor, Tensor>> create)
    {
        using var generator = RandomKey.FromSeed(0).Generator();
        return create(generator);
    }
}
