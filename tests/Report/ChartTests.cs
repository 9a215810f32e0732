using System.Xml.Linq;
using Distill.Report.Charts;

namespace Tests.Report;

/// <summary>Charts with unusual class names.</summary>
public class ChartTests
{
    [Theory]
    [InlineData("short", "short")]
    [InlineData("exactly eight", "exactly …")]
    [InlineData("1234567👩‍👩‍👧 tail", "1234567👩‍👩‍👧…")]
    [InlineData("a\u0001b", "a\uFFFDb")]
    public void Name_is_shortened_between_letters_and_valid_in_xml(string name, string expected) =>
        Assert.Equal(expected, Chart.Name(name, 8));

    [Fact]
    public void Names_that_look_like_markup_are_escaped()
    {
        string[] names = ["<b>\"&'", "a\u0001b", "plain", "👩‍👩‍👧 of a family that is long"];
        var page = ConfusionChart.Create(names, [.. names.Select(_ => (IReadOnlyList<long>)[1, 2, 3, 4])]);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        var start = page.IndexOf("<svg", StringComparison.Ordinal);
        var svg = XElement.Parse(page[start..(page.IndexOf("</svg>", StringComparison.Ordinal) + 6)]);
        Assert.Contains("<b>\"&'", svg.Descendants().Select(element => element.Value));
    }
}
