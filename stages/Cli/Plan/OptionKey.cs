using System.Text.Json.Nodes;
using Stages.Pipeline.Options;

namespace Stages.Cli.Plan;

/// <summary>
/// A section's canonical form, to be put into stage keys: every option that was read, defaults included. A plain object
/// is a reference that its JSON parent owns, so each use takes a copy.
/// </summary>
internal sealed class OptionKey(JsonSection section)
{
    public JsonObject Json => (JsonObject)section.Canonical().DeepClone();
}
