using Distill.Report;

namespace Tests.Report;

public sealed class HtmlTests
{
    [Fact]
    public void Right_aligned_columns_have_the_class_number_in_head_and_body() => Assert.Equal(
        "<div class=\"scroll\"><table><thead><tr><th>a &lt; b</th><th class=\"number\">MB</th></tr></thead>"
        + "<tbody><tr><td><b>x</b></td><td class=\"number\">1.5</td></tr></tbody></table></div>",
        Html.Table([new("a < b"), Column.Number("MB")], [["<b>x</b>", "1.5"]]));

    [Theory]
    [InlineData("Soft targets", "soft-targets")]
    [InlineData("Top-1 (%)", "top-1----")]
    public void Ids_have_only_letters_digits_and_hyphens(string title, string id) => Assert.Equal(id, Html.Id(title));
}
