using System.Reflection;

namespace Distill.Report;

/// <summary>A report as one file that asks nothing of a network.</summary>
internal static class Page
{
    private const string StyleSheet = "page.css";

    /// <param name="title">The pipeline's name.</param>
    /// <param name="words">What the page is about, in HTML.</param>
    /// <param name="figures">The few that matter most.</param>
    /// <param name="sections">In order.</param>
    public static string Of(string title, string words, IReadOnlyList<(string Name, string Value)> figures, IReadOnlyList<Section> sections) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Html.Text(title)}</title>
        <style>
        {Style()}
        </style>
        </head>
        <body>
        <header>
        <h1>{Html.Text(title)}</h1>
        <p>{words}</p>
        <dl>{string.Concat(figures.Select(figure => $"<div><dt>{Html.Text(figure.Name)}</dt><dd>{Html.Text(figure.Value)}</dd></div>"))}</dl>
        <nav>{string.Concat(sections.Select(section => $"<a href=\"#{section.Id}\">{Html.Text(section.Title)}</a>"))}</nav>
        </header>
        <main>
        {string.Join('\n', sections.Select(section => $"<section id=\"{section.Id}\">\n<h2>{Html.Text(section.Title)}</h2>\n{section.Html}\n</section>"))}
        </main>
        </body>
        </html>

        """;

    private static string Style()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(StyleSheet)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
