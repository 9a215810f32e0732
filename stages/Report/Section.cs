namespace Distill.Report;

/// <summary>A part of a report with a title of its own.</summary>
/// <param name="Title">For people.</param>
/// <param name="Html">What it shows.</param>
internal sealed record Section(string Title, string Html)
{
    /// <summary>For links to it.</summary>
    public string Id => Report.Html.Id(Title);
}
