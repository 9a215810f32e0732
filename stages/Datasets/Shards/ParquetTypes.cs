using Parquet.Schema;

namespace Distill.Datasets.Shards;

/// <summary>The types of columns, in the words of Parquet.</summary>
internal static class ParquetTypes
{
    private static readonly Type[] Integers =
        [typeof(long), typeof(int), typeof(short), typeof(sbyte), typeof(ulong), typeof(uint), typeof(ushort), typeof(byte)];

    /// <summary>Whether each row has one integer.</summary>
    public static bool IsInteger(ParquetField field) =>
        field.Meaning is null && field.Field is DataField { MaxRepetitionLevel: 0 } data && Integers.Contains(data.ClrType);

    /// <summary>Whether each row has one text, and not the name of an enum's value.</summary>
    public static bool IsText(ParquetField field) => field.Meaning is null && IsText(field.Field);

    /// <summary>Whether each row has one text.</summary>
    public static bool IsText(Field field) => Is<char>(field);

    /// <summary>Whether each row has one value of bytes.</summary>
    public static bool IsBinary(Field field) => Is<byte>(field);

    /// <summary>Returns names and types of the fields, for messages.</summary>
    public static string Describe(IEnumerable<ParquetField> fields) =>
        string.Join(", ", fields.Select(field => $"{field.Field.Name} ({NameOf(field)})"));

    /// <summary>Returns the name of a field's type, for messages.</summary>
    public static string NameOf(ParquetField field) =>
        field is { Meaning: { } meaning, Field: DataField { MaxRepetitionLevel: 0 } } ? meaning : NameOf(field.Field);

    private static string NameOf(Field field) => field switch
    {
        ListField => "list",
        MapField => "map",
        StructField => "struct",
        DataField { MaxRepetitionLevel: > 0 } => "list",
        DataField when IsText(field) => "string",
        DataField when IsBinary(field) => "binary",
        DataField data => NameOf(data.ClrType),
        _ => "unknown",
    };

    private static string NameOf(Type type) =>
        type == typeof(bool) ? "boolean"
        : type == typeof(float) ? "float"
        : type == typeof(double) ? "double"
        : type == typeof(Guid) ? "UUID"
        : type == typeof(DateTime) || type == typeof(DateOnly) ? "date"
        : type == typeof(TimeSpan) || type == typeof(TimeOnly) ? "time"
        : type.Name.ToLowerInvariant();

    private static bool Is<T>(Field field) =>
        field is DataField { MaxRepetitionLevel: 0 } data && data.ClrType == typeof(ReadOnlyMemory<T>);
}

/// <summary>A column of a Parquet file.</summary>
/// <param name="Field">The column as the library describes it.</param>
/// <param name="Meaning">"time" or "enum" for values that the library reads as plain integers or bytes; null for others.</param>
internal sealed record ParquetField(Field Field, string? Meaning);
