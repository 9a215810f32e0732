using System.Xml.Linq;
using Distill.Artifacts;
using Distill.Report;

namespace Tests.Report;

public sealed class ComparisonPageTests
{
    [Fact]
    public void Page_shows_every_cell_and_marks_the_best_of_a_column()
    {
        var page = ComparisonPage.Create("a & b", new Comparison(
            [new ComparedColumn("few", 40), new ComparedColumn("many", 6000)],
            [
                new ComparedRow(
                    "supervised", "from scratch", [new ComparedCell(70.5, 1, 90, [70, 71]), new ComparedCell(80, null, 120, [80])]),
                new ComparedRow("fixmatch", "pseudo-labels", [null, new ComparedCell(85, null, 600, [85])]),
            ]));
        var (start, end) = (page.IndexOf("<body>", StringComparison.Ordinal), page.IndexOf("</html>", StringComparison.Ordinal));
        var body = XDocument.Parse(page[start..end]);
        var rows = body.Descendants("tbody").First().Elements("tr").Select(row => row.Elements("td").Select(cell => cell.Value).ToArray());

        Assert.Equal([["supervised", "70.50 ± 1.00", "80.00", "from scratch"], ["fixmatch", "", "85.00", "pseudo-labels"]], rows);
        Assert.Equal(["70.50 ± 1.00", "85.00"], body.Descendants("tbody").First().Descendants("strong").Select(best => best.Value));
        Assert.Equal(
            ["1.5", "2.0", "", "10.0"],
            body.Descendants("tbody").Last().Elements("tr")
                .SelectMany(row => row.Elements("td").Skip(1).Take(2)).Select(cell => cell.Value));
        Assert.Contains("aria-label=\"Top-1 (%) by number of labels\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
    }
}
