using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Distill.Pipeline.Options;

/// <summary>An option as the code that reads it declares it. The JSON schema and the reference of options are written from these.</summary>
/// <param name="Type">JSON type of the value.</param>
/// <param name="Help">What the option means, one or two sentences with the unit.</param>
public sealed record OptionDeclaration(OptionType Type, string Help)
{
    /// <summary>The value when the option is absent; null if there is none.</summary>
    public JsonNode? Default { get; init; }

    /// <summary>Smallest allowed value; null for no limit.</summary>
    public double? Min { get; init; }

    /// <summary>Largest allowed value; null for no limit.</summary>
    public double? Max { get; init; }

    /// <summary>All allowed values of a <see cref="OptionType.Choice"/>.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>Whether null is allowed and means that the option is absent.</summary>
    public bool Nullable { get; init; }
}

/// <summary>JSON types of options.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "Integer is JSON Schema's own name.")]
public enum OptionType
{
    Integer,
    Number,
    Flag,
    Text,
    Choice,

    /// <summary>A list of two numbers, the lower one first.</summary>
    Range,

    /// <summary>A list of numbers.</summary>
    Numbers,

    /// <summary>An object; its own options are declared by its section.</summary>
    Section,

    /// <summary>A list of objects, each of the kind that its discriminator names.</summary>
    List,

    /// <summary>A text, an object, or a list of both.</summary>
    Blocks,

    /// <summary>An object whose keys are names that the user chooses and whose values are objects.</summary>
    Map,
}
