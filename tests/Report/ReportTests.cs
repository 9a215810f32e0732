using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Tests.Cli;

namespace Tests.Report;

/// <summary>The page of a finished run.</summary>
[Trait("Category", "Process")]
public partial class ReportTests(FinishedRun run) : IClassFixture<FinishedRun>
{
    private string Page => File.ReadAllText(Path.Combine(run.Pipeline.Models, "report.html"));

    [Fact]
    public void Page_has_every_section()
    {
        var links = Links().Matches(Page).Select(match => match.Groups[1].Value).ToArray();
        Assert.Equal(["results", "training", "misclassified", "images", "soft-targets", "lineage"], links);
        Assert.All(links, id => Assert.Contains($"<section id=\"{id}\">", Page, StringComparison.Ordinal));
        foreach (var title in new[]
        {
            "Pretraining: NT-Xent", "Pretraining: learning rate", "Pretraining: kNN", "Classifiers: loss", "Confusion matrix",
            "Reliability", "Most confident mistakes", "Augmented views of pretraining", "Embedding map",
            "Confidence of the teacher", "Time per stage", "Top-1 (%) by file size",
        })
        {
            Assert.Contains(title, Page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Page_loads_nothing_and_has_no_script()
    {
        Assert.DoesNotContain("<script", Page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<link", Page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", Page, StringComparison.OrdinalIgnoreCase);
        Assert.All(Addresses().Matches(Page), match => Assert.Matches("^(#|data:image/png;base64,)", match.Groups[1].Value));
        Assert.DoesNotMatch("url\\((?!#)", Page);
    }

    [Fact]
    public void Figures_equal_the_results()
    {
        var rows = JsonNode.Parse(File.ReadAllText(Path.Combine(run.Pipeline.Models, "results.json")))!["rows"]!.AsArray();
        string[] top1 = [.. rows.Select(row => FormattableString.Invariant($"{row!["top1"]!.GetValue<double>():0.00}"))];

        Assert.All(top1, figure => Assert.Contains($"<td class=\"number\">{figure}</td>", Page, StringComparison.Ordinal));
        Assert.Contains($"<dd>{top1[^1]} %</dd>", Page, StringComparison.Ordinal);
    }

    [Fact]
    public void Charts_are_valid_with_unique_ids_and_the_colors_of_the_page()
    {
        var charts = Charts().Matches(Page).Select(match => XElement.Parse(match.Value)).ToArray();
        Assert.True(charts.Length >= 12, $"only {charts.Length} charts");
        Assert.All(charts, chart => Assert.NotEmpty(chart.Attribute("aria-label")!.Value));
        var ids = charts.SelectMany(chart => chart.Descendants().Attributes("id")).Select(id => id.Value).ToArray();
        Assert.Equal(ids.Distinct(), ids);
        Assert.DoesNotContain("254,220", Page, StringComparison.Ordinal);
        Assert.Contains("var(--hue0)", Page, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_has_the_expected_number_of_images()
    {
        // Ten columns of an original and five views, eight images with soft targets, and twelve mistakes.
        Assert.Equal((10 * 6) + 8 + 12, Page.Split("<img").Length - 1);
    }

    [GeneratedRegex("<a href=\"#([^\"]*)\"")]
    private static partial Regex Links();

    [GeneratedRegex("(?:src|href)=\"([^\"]*)\"")]
    private static partial Regex Addresses();

    [GeneratedRegex("<svg .*?</svg>", RegexOptions.Singleline)]
    private static partial Regex Charts();
}
