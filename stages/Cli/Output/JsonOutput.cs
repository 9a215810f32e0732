using System.Text.Json;

namespace Distill.Cli.Output;

/// <summary>How reports in JSON are written.</summary>
internal static class JsonOutput
{
    public static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
}
