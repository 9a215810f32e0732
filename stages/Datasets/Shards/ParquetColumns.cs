using Distill.Datasets.Options;
using Distill.Pipeline.Options;
using Parquet.Schema;

namespace Distill.Datasets.Shards;

/// <summary>
/// The columns of images and labels of a Parquet file: those that the pipeline names, else those that the Hub's metadata calls Image and
/// ClassLabel. Otherwise the images are the only struct with binary <c>bytes</c>, or the only binary column, and the labels are the only
/// column of integers or texts with a usual name.
/// </summary>
/// <param name="Image">Column of the encoded bytes.</param>
/// <param name="Path">Column of the original file names; null if there is none.</param>
/// <param name="Label">Column of the class numbers or names; null if there is none, or labels are ignored.</param>
/// <param name="ClassNames">Names of the classes, by number; null if the file has none.</param>
internal sealed record ParquetColumns(DataField Image, DataField? Path, DataField? Label, IReadOnlyList<string>? ClassNames)
{
    private static readonly string[] UsualImages = ["image", "img"];
    private static readonly string[] UsualLabels = ["label", "labels", "class", "cls", "target"];

    /// <summary>Whether labels are names of classes and not numbers.</summary>
    public bool LabelsAreNames => Label is not null && ParquetTypes.IsText(Label);

    /// <summary>Names and types of all columns, for messages.</summary>
    public string All { get; private init; } = "";

    /// <summary>Chooses the columns.</summary>
    /// <param name="fields">All columns.</param>
    /// <param name="features">The Hub's description of the columns.</param>
    /// <param name="options">Options of the dataset, which may name the columns.</param>
    /// <param name="labeled">Whether to choose a column of labels.</param>
    /// <param name="path">Path of the file, for messages.</param>
    /// <exception cref="UserException">A configured column is missing or has another type, or several columns fit.</exception>
    public static ParquetColumns Choose(
        IReadOnlyList<ParquetField> fields, HubFeatures features, DatasetOptions options, bool labeled, string path)
    {
        var images = fields.Select(field => field.Field).Where(field => BytesOf(field) is not null).ToDictionary(field => field.Name);
        var all = ParquetTypes.Describe(fields);
        var chooser = new ColumnChooser(path);
        var image = chooser.Choose("imageColumn", options.ImageColumn, [.. images.Keys], features.Images, UsualImages, anyName: true)
            ?? throw new UserException(
                $"{path}: found no column of images, expected a struct with binary \"bytes\", or a binary column. Its columns: {all}");
        var label = labeled ? LabelOf(fields, features, options, chooser, path) : null;
        return new ParquetColumns(
            BytesOf(images[image])!,
            PathOf(images[image]),
            label,
            label is not null && features.Classes.TryGetValue(label.Name, out var names) && names.Count > 0 ? names : null)
        { All = all };
    }

    private static DataField? LabelOf(
        IReadOnlyList<ParquetField> fields, HubFeatures features, DatasetOptions options, ColumnChooser chooser, string path)
    {
        var fitting = fields.Where(field => ParquetTypes.IsInteger(field) || ParquetTypes.IsText(field))
            .ToDictionary(field => field.Field.Name, field => (DataField)field.Field);
        var wanted = options.LabelColumn is { } given
            ? [given]
            : features.Classes.Keys.Any(fitting.ContainsKey) || UsualLabels.Any(fitting.ContainsKey) ? [] : UsualLabels;
        var other = fields.FirstOrDefault(field => wanted.Contains(field.Field.Name) && !fitting.ContainsKey(field.Field.Name));
        if (other is not null)
        {
            throw new UserException(
                $"{path}: column {other.Field.Name} has the type {ParquetTypes.NameOf(other)}, "
                + "expected integers (class numbers) or strings (class names). "
                + "Convert it, or set dataset.labelColumn to another column");
        }

        var name = chooser.Choose(
            "labelColumn", options.LabelColumn, [.. fitting.Keys], [.. features.Classes.Keys], UsualLabels, anyName: false);
        return name is null ? null : fitting[name];
    }

    /// <summary>Returns the names of the columns that are read. They are a part of the fingerprint.</summary>
    public override string ToString() => $"{Image.Path} {Label?.Path.ToString() ?? "-"}";

    private static DataField? BytesOf(Field field) => field switch
    {
        StructField parts => parts.Fields.OfType<DataField>().FirstOrDefault(part => part.Name == "bytes" && ParquetTypes.IsBinary(part)),
        DataField plain when ParquetTypes.IsBinary(plain) => plain,
        _ => null,
    };

    private static DataField? PathOf(Field field) =>
        (field as StructField)?.Fields.OfType<DataField>().FirstOrDefault(part => part.Name == "path" && ParquetTypes.IsText(part));
}
