using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Distill;
using Distill.FineTune;
using Distill.Imaging.Splits;
using Distill.Imaging.Training;
using Distill.Label;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pretrain;
using static TorchSharp.torch;

namespace Benchmarks.Workload;

/// <summary>
/// The measured workload: networks, batches, views and precision of the repository's pipeline.json, on its sample images. Files are written
/// below models/, to use the same disk as models, and are deleted at the end.
/// </summary>
internal sealed class Workbench : IDisposable
{
    /// <summary>Artifact with the teacher's weights.</summary>
    private static readonly Artifact TeacherArtifact = new("finetune", "weights.safetensors");

    // Enough for batch norms to have statistics of real images, so that the teacher computes like a trained one.
    private const int TeacherSteps = 12;

    private readonly Lazy<string> _teacherPath;
    private readonly string _folder;
    private int _folders;

    /// <param name="root">Root of the repository.</param>
    public Workbench(string root)
    {
        var pipeline = PipelineFile.Load(Path.Combine(root, "pipeline.json"), _ => null);
        Settings = RunSettings.Read(pipeline);
        Labels = LabelSplitOptions.Read(pipeline.Section("labels"), (int)Settings.Seed);
        Pretrain = PretrainOptions.Read(pipeline.Section("pretrain"));
        FineTune = FineTuneOptions.Read(pipeline.Section("finetune"), Pretrain.Head);
        var round = pipeline.Map("rounds")[0].Section;
        Labeling = LabelOptions.Read(round.Section("label"));
        Distill = DistillOptions.Read(round.Section("student"));
        SampleFolder = Path.Combine(root, "data", "sample");
        var sample = DatasetOptions.Read(PipelineFile.Parse("""{ "kind": "sample" }""", "sample", _ => null));
        Dataset = DatasetCatalog.Open(sample with { Folder = SampleFolder }, _ => { });
        Images = Dataset.Train();
        _folder = Path.Combine(root, "models", "bench", "work");
        DeleteFolder();
        _teacherPath = new Lazy<string>(TrainTeacher);
    }

    public RunSettings Settings { get; }

    public LabelSplitOptions Labels { get; }

    public PretrainOptions Pretrain { get; }

    public FineTuneOptions FineTune { get; }

    public LabelOptions Labeling { get; }

    public DistillOptions Distill { get; }

    /// <summary>Sample of Fashion-MNIST in the repository.</summary>
    public IDataset Dataset { get; }

    /// <summary>Training split of the sample.</summary>
    public ImageSet Images { get; }

    /// <summary>Folder of the sample's IDX files.</summary>
    public string SampleFolder { get; }

    private ClassifierSource Teacher => TeacherOf(Pretrain.Network.Width);

    /// <summary>Creates an empty folder.</summary>
    public string NewFolder() =>
        Directory.CreateDirectory(Path.Combine(_folder, FormattableString.Invariant($"{_folders++}"))).FullName;

    /// <summary>Creates a teacher with random weights.</summary>
    public nn.Module<Tensor, Tensor> NewTeacher() => NewTeacher(Pretrain.Network.Width);

    /// <summary>Creates a teacher of another width with random weights.</summary>
    public nn.Module<Tensor, Tensor> NewTeacher(double width)
    {
        using var generator = Settings.Random("finetune").Generator();
        var network = TeacherOf(width).Build(Images.Shape.Channels, Images.ClassNames.Count, generator);
        Settings.Compute.MoveTo(network);
        return network;
    }

    /// <summary>Loads a teacher as the stage label does. It was fine-tuned from random weights for a few steps.</summary>
    public nn.Module<Tensor, Tensor> LoadTeacher() =>
        Teacher.Load(_teacherPath.Value, Images.Shape.Channels, Images.ClassNames.Count, Settings.Compute);

    /// <summary>Creates the task of fine-tuning a network.</summary>
    public LabeledTask FineTuning(nn.Module<Tensor, Tensor> network, LabeledImages labeled) =>
        new(network, NewTeacher, labeled, FineTune.Augmentations, FineTune.Training, Settings.Random("finetune"));

    /// <summary>Runs the stage label on a dataset's training images, and returns the folder of soft targets.</summary>
    public string Label(IDataset dataset)
    {
        var folder = NewFolder();
        var targets = Path.Combine(folder, LabelStage.Output);
        var inputs = new Dictionary<Artifact, string> { [TeacherArtifact] = _teacherPath.Value };
        LabelStage.Run(StageFolder.Context("label", folder, inputs), Labeling, Settings, dataset, Teacher, targets);
        return targets;
    }

    public void Dispose() => DeleteFolder();

    private ClassifierSource TeacherOf(double width) => new(TeacherArtifact, (channels, classes, generator) => new FineTunedNetwork(
        Pretrain.Network with { Width = width }, Pretrain.Head, FineTune.FromLayer, channels, classes, generator));

    /// <summary>Deletes the files, at the end and, for leftovers of a killed run, at the start.</summary>
    private void DeleteFolder()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private string TrainTeacher()
    {
        using var network = NewTeacher();
        using var labeled = LabeledImages.Load(Dataset, Labels, Settings);
        using var task = FineTuning(network, labeled);
        using var run = new TrainingRun(task, FineTune.Training, Settings);
        run.Steps(TeacherSteps);
        var path = Path.Combine(NewFolder(), "weights.safetensors");
        using var file = File.Create(path);
        Weights.Save(network, file);
        return path;
    }
}
