using Distill.Datasets.Encoded;
using Distill.Datasets.Images;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Datasets.Cifar;

/// <summary>CIFAR as it is published: files of records, each with one or two labels and three planes of pixels.</summary>
internal sealed class CifarDataset : IDataset
{
    private readonly Cifar _cifar;
    private readonly string _folder;
    private readonly IReadOnlyList<string> _classNames;

    private CifarDataset(Cifar cifar, string folder, IReadOnlyList<string> classNames) =>
        (_cifar, _folder, _classNames) = (cifar, folder, classNames);

    public string Name => _cifar.Name;

    /// <summary>Opens the dataset in a folder, or in the subfolder that its archive unpacks to.</summary>
    /// <exception cref="UserException">A file is missing, or the number of class names is wrong.</exception>
    public static CifarDataset Open(Cifar cifar, string folder)
    {
        var inside = Directory.Exists(folder)
            ? Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).Prepend(folder)
                .FirstOrDefault(candidate => File.Exists(Path.Combine(candidate, cifar.NamesFile)))
            : null;
        var missing = cifar.TrainFiles.Concat(cifar.TestFiles).Append(cifar.NamesFile)
            .Where(file => !File.Exists(Path.Combine(inside ?? folder, file))).ToList();
        if (missing.Count > 0)
        {
            throw new UserException(
                $"The dataset {cifar.Name} is not complete in {folder}: missing {string.Join(", ", missing)}. " +
                "Unpack its \"binary version\" (https://www.cs.toronto.edu/~kriz/cifar.html) there, "
                + "or set dataset.folder to the folder that contains it");
        }

        var path = Path.Combine(inside!, cifar.NamesFile);
        var names = ClassFile.Read(path)!;
        return names.Count == cifar.Classes
            ? new CifarDataset(cifar, inside!, names)
            : throw new UserException($"{path}: found {names.Count} class names, expected the {cifar.Classes} of {cifar.Name}");
    }

    public ImageSet Train() => Read(Split.Train);

    public ImageSet Test() => Read(Split.Test);

    public string TrainFingerprint() => FingerprintOf(Split.Train);

    public string TestFingerprint() => FingerprintOf(Split.Test);

    private ImageSet Read(Split split)
    {
        var size = Cifar.Shape.Size;
        var files = _cifar.Files(split).Select(Path).ToList();
        var counts = files.ConvertAll(RecordsIn);
        var pixels = new byte[checked(counts.Sum() * size)];
        var labels = new List<int>(counts.Sum());
        var record = new byte[_cifar.RecordLength];
        foreach (var (path, count) in files.Zip(counts))
        {
            using var stream = File.OpenRead(path);
            for (var i = 0; i < count; i++)
            {
                stream.ReadExactly(record);
                var label = record[_cifar.LabelBytes - 1];
                if (label >= _cifar.Classes)
                {
                    throw new UserException($"{path}: record {i}: found the label {label}, expected 0 to {_cifar.Classes - 1}");
                }

                record.AsSpan(_cifar.LabelBytes).CopyTo(pixels.AsSpan(labels.Count * size));
                labels.Add(label);
            }
        }

        return new ImageSet(Name, Cifar.Shape, pixels, labels, _classNames);

        string Path(string file) => System.IO.Path.Combine(_folder, file);
    }

    private int RecordsIn(string path)
    {
        var length = new FileInfo(path).Length;
        return length > 0 && length % _cifar.RecordLength == 0
            ? checked((int)(length / _cifar.RecordLength))
            : throw new UserException(
                $"{path}: found {length} bytes, expected a multiple of the record length, {_cifar.RecordLength}: " +
                "the file is damaged or cut short");
    }

    private string FingerprintOf(Split split) => Fingerprint.FromFiles(_cifar.Files(split).Append(_cifar.NamesFile)
        .Select(file => new DatasetFile(file, FileHash.OfFile(System.IO.Path.Combine(_folder, file)))));
}
