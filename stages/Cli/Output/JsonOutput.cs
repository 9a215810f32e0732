using System.Text.Json;

namespace Distill.Cli.Output;

/// <summary>The JSON style of reports on standard output.</summary>
internal static class JsonOutput
{
    public static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
}
