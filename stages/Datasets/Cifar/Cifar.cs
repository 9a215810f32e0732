using Distill.Datasets.Images;

namespace Distill.Datasets.Cifar;

/// <summary>The binary versions of CIFAR-10 and CIFAR-100 (Krizhevsky 2009; www.cs.toronto.edu/~kriz/cifar.html).</summary>
/// <param name="Name">Name in messages and of the folder.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="LabelBytes">Bytes before the pixels of a record. The last one is the label; one before it is a coarse class.</param>
/// <param name="TrainFiles">Files of the training split, in order.</param>
/// <param name="TestFiles">Files of the test split.</param>
/// <param name="NamesFile">File with one class name per line.</param>
internal sealed record Cifar(
    string Name, int Classes, int LabelBytes, IReadOnlyList<string> TrainFiles, IReadOnlyList<string> TestFiles, string NamesFile)
{
    /// <summary>Three planes of 32×32 bytes: red, green, blue.</summary>
    public static readonly ImageShape Shape = new(3, 32, 32);

    public static readonly Cifar Ten = new(
        "cifar10",
        10,
        LabelBytes: 1,
        ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"],
        ["test_batch.bin"],
        "batches.meta.txt");

    public static readonly Cifar Hundred = new("cifar100", 100, LabelBytes: 2, ["train.bin"], ["test.bin"], "fine_label_names.txt");

    /// <summary>Length of a record, in bytes.</summary>
    public int RecordLength => LabelBytes + Shape.Size;

    public IReadOnlyList<string> Files(Split split) => split == Split.Train ? TrainFiles : TestFiles;
}
