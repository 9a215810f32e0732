using System.Text.Json.Nodes;
using Distill.Pipeline.Options;

namespace Distill.Cli.Plan;

/// <summary>
/// A section's canonical form, to be put into stage keys: every option that was read, defaults included. A plain object
/// is a reference that its JSON parent owns, so each use takes a copy.
/// </summary>
/// <param name="section">The section.</param>
/// <param name="except">An option that says whether the stage is there at all, and so nothing of what it makes.</param>
internal sealed class OptionSnapshot(JsonSection section, string? except = null)
{
    public JsonObject Json
    {
        get
        {
            var json = (JsonObject)section.Canonical().DeepClone();
            if (except is not null)
            {
                json.Remove(except);
            }

            return json;
        }
    }
}
