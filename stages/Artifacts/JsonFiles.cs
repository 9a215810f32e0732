using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Distill.Pipeline.Storage;

namespace Distill.Artifacts;

/// <summary>Formats the JSON files of a run: indented, with a newline at the end.</summary>
public static class JsonFiles
{
    /// <summary>Converts JSON to the text of a file.</summary>
    public static string ToFileText(this JsonNode json) => json.ToJsonString(JsonFormat.Indented) + "\n";
}

/// <summary>Generated serializers of records, because serialization by reflection may fail in a trimmed program.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ExportsFile))]
[JsonSerializable(typeof(TemperatureFile))]
internal sealed partial class ArtifactRecords : JsonSerializerContext;
