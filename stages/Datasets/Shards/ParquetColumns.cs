using Distill.Datasets.Options;
using Distill.Pipeline.Options;
using Parquet.Schema;

namespace Distill.Datasets.Shards;

/// <summary>
/// The columns of images and labels of a Parquet file: those that the pipeline names, else those that the Hub's metadata calls Image and
/// ClassLabel. Otherwise the images are the only struct with binary <c>bytes</c>, or the only binary column, and the labels are the only
/// integer column with a usual name.
/// </summary>
/// <param name="Image">Column of the encoded bytes.</param>
/// <param name="Path">Column of the original file names; null if there is none.</param>
/// <param name="Label">Column of the class numbers; null if there is none, or labels are ignored.</param>
/// <param name="ClassNames">Names of the classes, by number; null if the file has none.</param>
internal sealed record ParquetColumns(DataField Image, DataField? Path, DataField? Label, IReadOnlyList<string>? ClassNames)
{
    private static readonly string[] UsualImages = ["image", "img"];
    private static readonly string[] UsualLabels = ["label", "labels", "class", "cls", "target"];

    private static readonly Type[] Integers =
        [typeof(long), typeof(int), typeof(short), typeof(sbyte), typeof(ulong), typeof(uint), typeof(ushort), typeof(byte)];

    /// <summary>Chooses the columns.</summary>
    /// <param name="schema">Schema with all columns.</param>
    /// <param name="features">The Hub's description of the columns.</param>
    /// <param name="options">Options of the dataset, which may name the columns.</param>
    /// <param name="labeled">Whether to choose a column of labels.</param>
    /// <param name="path">Path of the file, for messages.</param>
    /// <exception cref="UserException">A configured column is missing or has another type, or several columns fit.</exception>
    public static ParquetColumns Choose(ParquetSchema schema, HubFeatures features, DatasetOptions options, bool labeled, string path)
    {
        var images = schema.Fields.Where(field => BytesOf(field) is not null).ToDictionary(field => field.Name);
        var labels = schema.Fields.OfType<DataField>()
            .Where(field => Integers.Contains(field.ClrType) && field.MaxRepetitionLevel == 0)
            .ToDictionary(field => field.Name);
        var chooser = new ColumnChooser(path);
        var image = chooser.Choose("imageColumn", options.ImageColumn, [.. images.Keys], features.Images, UsualImages, anyName: true)
            ?? throw new UserException($"{path}: found no column of images, expected a struct with binary \"bytes\", or a binary column");
        var label = !labeled ? null : chooser.Choose(
            "labelColumn", options.LabelColumn, [.. labels.Keys], [.. features.Classes.Keys], UsualLabels, anyName: false);
        return new ParquetColumns(
            BytesOf(images[image])!,
            PathOf(images[image]),
            label is null ? null : labels[label],
            label is not null && features.Classes.TryGetValue(label, out var names) && names.Count > 0 ? names : null);
    }

    /// <summary>Returns the names of the columns that are read. They are a part of the fingerprint.</summary>
    public override string ToString() => $"{Image.Path} {Label?.Path.ToString() ?? "-"}";

    private static DataField? BytesOf(Field field) => field switch
    {
        StructField parts => parts.Fields.OfType<DataField>().FirstOrDefault(part => part.Name == "bytes" && Is<byte>(part)),
        DataField plain when Is<byte>(plain) => plain,
        _ => null,
    };

    private static DataField? PathOf(Field field) =>
        (field as StructField)?.Fields.OfType<DataField>().FirstOrDefault(part => part.Name == "path" && Is<char>(part));

    private static bool Is<T>(DataField field) => field.ClrType == typeof(ReadOnlyMemory<T>) && field.MaxRepetitionLevel == 0;
}
