namespace Distill.Report;

/// <summary>A section of a report.</summary>
/// <param name="Title">The heading, as plain text.</param>
/// <param name="Html">The content, in HTML.</param>
internal sealed record Section(string Title, string Html)
{
    /// <summary>The element ID, for links.</summary>
    public string Id => Report.Html.Id(Title);
}
