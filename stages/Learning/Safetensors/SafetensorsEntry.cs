using System.Text.Json;
using static TorchSharp.torch;

namespace Distill.Learning.Safetensors;

/// <summary>The header entry of one tensor in a safetensors file.</summary>
/// <param name="Name">The tensor's key.</param>
/// <param name="Type">Type of its elements.</param>
/// <param name="Shape">Row-major shape.</param>
/// <param name="Begin">Index of its first byte in the data buffer.</param>
/// <param name="End">Index after its last byte.</param>
internal sealed record SafetensorsEntry(string Name, ScalarType Type, long[] Shape, long Begin, long End)
{
    private static readonly (string Name, ScalarType Type, int Size)[] Types =
    [
        ("F64", ScalarType.Float64, 8),
        ("I64", ScalarType.Int64, 8),
        ("F32", ScalarType.Float32, 4),
        ("I32", ScalarType.Int32, 4),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("I16", ScalarType.Int16, 2),
        ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    private static string Integers => string.Join(", ", Types.Select(t => t.Name).Where(name => name[0] is 'I' or 'U'));

    /// <summary>The number of bytes that shape and type need.</summary>
    /// <exception cref="FormatException">The number exceeds 64 bits.</exception>
    public long ByteLength
    {
        get
        {
            try
            {
                return Shape.Aggregate((long)SizeOf(Type), (size, dimension) => checked(size * dimension));
            }
            catch (OverflowException)
            {
                throw new FormatException($"{Name} is larger than any file");
            }
        }
    }

    public static string NameOf(ScalarType type) => Find(type).Name;

    public static int SizeOf(ScalarType type) => Find(type).Size;

    /// <summary>Reads an entry of the header.</summary>
    /// <exception cref="NotSupportedException">The type is not one that this project reads. The message names key and type.</exception>
    public static SafetensorsEntry Parse(string name, JsonElement json)
    {
        if (json.EnumerateObject().Count() != 3)
        {
            throw new FormatException($"{name} must have dtype, shape and data_offsets, and nothing else");
        }

        var typeName = json.GetProperty("dtype").GetString();
        var type = Types.FirstOrDefault(t => t.Name == typeName);
        if (type.Name is null)
        {
            throw new NotSupportedException(
                $"found tensor '{name}' of type {typeName}, expected F32, F16, BF16 or F64, or {Integers} for a counter; "
                + "convert it to one of these");
        }

        var shape = json.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()).ToArray();
        var offsets = json.GetProperty("data_offsets").EnumerateArray().Select(o => o.GetInt64()).ToArray();
        if (shape.Any(d => d < 0) || offsets.Length != 2)
        {
            throw new FormatException($"{name} has an impossible shape or offsets");
        }

        return new SafetensorsEntry(name, type.Type, shape, offsets[0], offsets[1]);
    }

    private static (string Name, ScalarType Type, int Size) Find(ScalarType type)
    {
        var found = Types.FirstOrDefault(t => t.Type == type);
        return found.Name is null ? throw new NotSupportedException($"the safetensors format has no type for {type}") : found;
    }
}
