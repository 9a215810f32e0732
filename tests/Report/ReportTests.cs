using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Tests.Cli;

namespace Tests.Report;

/// <summary>The page that a finished run leaves.</summary>
public partial class ReportTests(FinishedRun run) : IClassFixture<FinishedRun>
{
    private string Page => File.ReadAllText(Path.Combine(run.Pipeline.Models, "report.html"));

    [Fact]
    public void It_has_every_part()
    {
        var links = Links().Matches(Page).Select(match => match.Groups[1].Value).ToArray();
        Assert.Equal(["results", "training", "mistakes", "images", "soft-targets", "lineage"], links);
        Assert.All(links, id => Assert.Contains($"<section id=\"{id}\">", Page, StringComparison.Ordinal));
        foreach (var title in new[]
        {
            "Pretraining: NT-Xent", "Pretraining: learning rate", "Pretraining: kNN", "Classifiers: loss", "Confusion matrix", "Reliability", "Most confident mistakes",
            "Augmented views of pretraining", "Embedding map", "Confidence of the teacher", "Time per stage", "Top-1 (%) by file size",
        })
        {
            Assert.Contains(title, Page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void It_asks_nothing_of_a_network_and_runs_no_script()
    {
        Assert.DoesNotContain("<script", Page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<link", Page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", Page, StringComparison.OrdinalIgnoreCase);
        Assert.All(Addresses().Matches(Page), match => Assert.Matches("^(#|data:image/png;base64,)", match.Groups[1].Value));
        Assert.DoesNotMatch("url\\((?!#)", Page);
    }

    [Fact]
    public void Its_figures_are_those_of_the_results()
    {
        var rows = JsonNode.Parse(File.ReadAllText(Path.Combine(run.Pipeline.Models, "results.json")))!["rows"]!.AsArray();
        Assert.All(rows, row => Assert.Contains(
            FormattableString.Invariant($"<td class=\"number\">{row!["top1"]!.GetValue<double>():0.00}</td>"), Page, StringComparison.Ordinal));
        Assert.Contains(FormattableString.Invariant($"<dd>{rows[^1]!["top1"]!.GetValue<double>():0.00} %</dd>"), Page, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_charts_are_whole_take_the_pages_colors_and_have_names_of_their_own()
    {
        var charts = Charts().Matches(Page).Select(match => XElement.Parse(match.Value)).ToArray();
        Assert.True(charts.Length >= 12, $"only {charts.Length} charts");
        Assert.All(charts, chart => Assert.NotEmpty(chart.Attribute("aria-label")!.Value));
        var names = charts.SelectMany(chart => chart.Descendants().Attributes("id")).Select(id => id.Value).ToArray();
        Assert.Equal(names.Distinct(), names);
        Assert.DoesNotContain("254,220", Page, StringComparison.Ordinal);
        Assert.Contains("var(--hue0)", Page, StringComparison.Ordinal);
    }

    [Fact]
    public void It_shows_as_many_pictures_as_it_should()
    {
        // Ten columns of an original and five views, eight images with soft targets, twelve mistakes.
        Assert.Equal((10 * 6) + 8 + 12, Page.Split("<img").Length - 1);
    }

    [GeneratedRegex("<a href=\"#([^\"]*)\"")]
    private static partial Regex Links();

    [GeneratedRegex("(?:src|href)=\"([^\"]*)\"")]
    private static partial Regex Addresses();

    [GeneratedRegex("<svg .*?</svg>", RegexOptions.Singleline)]
    private static partial Regex Charts();
}
