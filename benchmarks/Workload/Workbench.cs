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
using Distill.Pipeline.Options;
using Distill.Pretrain;
using static TorchSharp.torch;

namespace Benchmarks.Workload;

/// <summary>
/// What is measured: networks, batches, views and precision of the shipped pipeline.json, on the sample of images that comes with the
/// repository. Files go where models go, so that they meet the same disk, and are deleted at the end.
/// </summary>
internal sealed class Workbench : IDisposable
{
    /// <summary>The artifact with the teacher's weights.</summary>
    private const string TeacherArtifact = "finetune/weights.safetensors";

    // Enough for batch norms to know real images, from where on a teacher computes as a trained one does.
    private const int TeacherSteps = 12;

    private readonly Lazy<string> _teacherPath;
    private readonly string _folder;
    private int _folders;

    /// <param name="root">The repository's root.</param>
    public Workbench(string root)
    {
        var pipeline = PipelineFile.Load(Path.Combine(root, "pipeline.json"), _ => null);
        Settings = RunSettings.Read(pipeline);
        Labels = LabelSplitOptions.Read(pipeline.Section("labels"), (int)Settings.Seed);
        Pretrain = PretrainOptions.Read(pipeline.Section("pretrain"));
        FineTune = FineTuneOptions.Read(pipeline.Section("finetune"), Pretrain.Head.Layers);
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

    /// <summary>The sample.</summary>
    public IDataset Dataset { get; }

    /// <summary>Its training split.</summary>
    public ImageSet Images { get; }

    /// <summary>Where its IDX files are.</summary>
    public string SampleFolder { get; }

    private ClassifierSource Teacher => TeacherOf(Pretrain.Network.Width);

    /// <summary>A new empty folder.</summary>
    public string NewFolder() =>
        Directory.CreateDirectory(Path.Combine(_folder, FormattableString.Invariant($"{_folders++}"))).FullName;

    /// <summary>A teacher with its weights just drawn.</summary>
    public nn.Module<Tensor, Tensor> NewTeacher() => NewTeacher(Pretrain.Network.Width);

    /// <summary>The same of another width.</summary>
    public nn.Module<Tensor, Tensor> NewTeacher(double width)
    {
        using var generator = Settings.Random("finetune").Generator();
        var network = TeacherOf(width).Build(Images.Shape.Channels, Images.ClassNames.Count, generator);
        Settings.Compute.MoveTo(network);
        return network;
    }

    /// <summary>A teacher, fine-tuned for a few steps from nothing, as labeling loads it.</summary>
    public nn.Module<Tensor, Tensor> LoadTeacher() =>
        Teacher.Load(_teacherPath.Value, Images.Shape.Channels, Images.ClassNames.Count, Settings.Compute);

    /// <summary>The task of fine-tuning a network.</summary>
    /// <param name="network">The teacher.</param>
    /// <param name="labeled">The labeled images.</param>
    public LabeledTask FineTuning(nn.Module<Tensor, Tensor> network, LabeledImages labeled) =>
        new(network, NewTeacher, labeled, FineTune.Views, FineTune.Training, Settings.Random("finetune"));

    /// <summary>Runs the Label stage; returns the folder of soft targets.</summary>
    /// <param name="dataset">Whose training images it labels.</param>
    public string Label(IDataset dataset)
    {
        var folder = NewFolder();
        var targets = Path.Combine(folder, LabelStage.Output);
        var inputs = new Dictionary<string, string> { [TeacherArtifact] = _teacherPath.Value };
        LabelStage.Run(StageFolder.Context("label", folder, inputs), Labeling, Settings, dataset, Teacher, targets);
        return targets;
    }

    public void Dispose() => DeleteFolder();

    private ClassifierSource TeacherOf(double width) => new(TeacherArtifact, (channels, classes, generator) => new FineTunedNetwork(
        Pretrain.Network with { Width = width }, Pretrain.Head, FineTune.FromLayer, channels, classes, generator));

    /// <summary>At the end, and at the start for what a killed run left.</summary>
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
