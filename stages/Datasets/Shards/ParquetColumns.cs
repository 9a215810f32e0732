using Distill.Datasets.Options;
using Distill.Pipeline.Options;
using Parquet.Schema;

namespace Distill.Datasets.Shards;

/// <summary>
/// Which columns of a Parquet file hold what. Those that the pipeline names; else those that the Hub's metadata calls Image and
/// ClassLabel; else images are the one struct with binary <c>bytes</c>, or the one binary column, and labels the one integer column with
/// a usual name.
/// </summary>
/// <param name="Image">The encoded bytes.</param>
/// <param name="Path">The name that an image file once had; null where there is none.</param>
/// <param name="Label">The number of the class; null where there is none, or it is not to be looked at.</param>
/// <param name="ClassNames">The classes by number; null where the file names none.</param>
internal sealed record ParquetColumns(DataField Image, DataField? Path, DataField? Label, IReadOnlyList<string>? ClassNames)
{
    private static readonly string[] UsualImages = ["image", "img"];
    private static readonly string[] UsualLabels = ["label", "labels", "class", "cls", "target"];

    private static readonly Type[] Integers =
        [typeof(long), typeof(int), typeof(short), typeof(sbyte), typeof(ulong), typeof(uint), typeof(ushort), typeof(byte)];

    /// <param name="schema">All columns.</param>
    /// <param name="features">What the Hub says of them.</param>
    /// <param name="options">What the pipeline says of them.</param>
    /// <param name="labeled">Whether a column of labels is looked for.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="UserException">A column that is named is missing or of another type, or there is no telling which one is meant.</exception>
    public static ParquetColumns Of(ParquetSchema schema, HubFeatures features, DatasetOptions options, bool labeled, string path)
    {
        var images = schema.Fields.Where(field => BytesOf(field) is not null).ToDictionary(field => field.Name);
        var labels = schema.Fields.OfType<DataField>()
            .Where(field => Integers.Contains(field.ClrType) && field.MaxRepetitionLevel == 0)
            .ToDictionary(field => field.Name);
        var choose = new ColumnChoice(path);
        var image = choose.Of("imageColumn", options.ImageColumn, [.. images.Keys], features.Images, UsualImages, others: true)
            ?? throw new UserException($"{path}: found no column of images, expected a struct with binary \"bytes\", or a binary column");
        var label = !labeled ? null : choose.Of("labelColumn", options.LabelColumn, [.. labels.Keys], [.. features.Classes.Keys], UsualLabels, others: false);
        return new ParquetColumns(
            BytesOf(images[image])!,
            PathOf(images[image]),
            label is null ? null : labels[label],
            label is not null && features.Classes.TryGetValue(label, out var names) && names.Count > 0 ? names : null);
    }

    /// <summary>The names of the columns that are read.</summary>
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
