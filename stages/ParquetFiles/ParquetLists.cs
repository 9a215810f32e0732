using Parquet;
using Parquet.Schema;

namespace Distill.ParquetFiles;

/// <summary>Columns of lists that all have the same length, without missing values.</summary>
public static class ParquetLists
{
    /// <summary>Writes a column.</summary>
    /// <param name="group">The row group.</param>
    /// <param name="field">The field of the elements.</param>
    /// <param name="values">The lists one after another.</param>
    /// <param name="length">Number of elements per list, at least 1.</param>
    public static Task WriteAsync<T>(ParquetRowGroupWriter group, DataField field, T[] values, int length)
        where T : struct
    {
        // Every list and element is present, so all definition levels are the highest. Repetition level 0 begins the list of a row, and 1
        // continues it.
        var (definitions, repetitions) = (new int[values.Length], new int[values.Length]);
        Array.Fill(definitions, field.MaxDefinitionLevel);
        Array.Fill(repetitions, 1);
        for (var start = 0; start < values.Length; start += length)
        {
            repetitions[start] = 0;
        }

        return group.WriteAllPartsAsync<T>(field, values, definitions, repetitions, CancellationToken.None);
    }

    /// <summary>Reads the values of a column; null unless every row has <paramref name="length"/> of them, none missing.</summary>
    /// <param name="group">The row group.</param>
    /// <param name="field">The field of the elements.</param>
    /// <param name="rows">Number of rows in the group.</param>
    /// <param name="length">Number of elements per list.</param>
    public static async Task<T[]?> ReadAsync<T>(ParquetRowGroupReader group, DataField field, int rows, int length)
        where T : struct
    {
        var values = new T[checked(rows * length)];
        if (group.GetMetadata(field)?.MetaData?.NumValues != values.Length)
        {
            return null;
        }

        var (definitions, repetitions) = (new int[values.Length], new int[values.Length]);
        await group.ReadRawAsync<T>(field, values.AsMemory(), definitions.AsMemory(), repetitions.AsMemory()).ConfigureAwait(false);
        return !definitions.AsSpan().ContainsAnyExcept(field.MaxDefinitionLevel) && ListsBeginEvery(length, repetitions) ? values : null;
    }

    /// <summary>Returns whether lists begin (level 0) at every <paramref name="length"/>-th value and nowhere else (level 1).</summary>
    private static bool ListsBeginEvery(int length, ReadOnlySpan<int> repetitions)
    {
        for (var start = 0; start < repetitions.Length; start += length)
        {
            if (repetitions[start] != 0 || repetitions.Slice(start + 1, length - 1).ContainsAnyExcept(1))
            {
                return false;
            }
        }

        return true;
    }
}
