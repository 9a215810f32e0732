using System.Reflection;

namespace Distill.Report;

/// <summary>A report in one file, which loads nothing from elsewhere.</summary>
internal static class Page
{
    private const string StyleSheet = "page.css";

    /// <summary>Creates the page.</summary>
    /// <param name="title">Name of the pipeline.</param>
    /// <param name="introduction">A sentence about the run, in HTML.</param>
    /// <param name="figures">The most important figures.</param>
    /// <param name="sections">The sections, in order.</param>
    public static string Create(
        string title, string introduction, IReadOnlyList<(string Name, string Value)> figures, IReadOnlyList<Section> sections) => $"""
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
        <p>{introduction}</p>
        <dl>{string.Concat(figures.Select(Figure))}</dl>
        <nav>{string.Concat(sections.Select(Link))}</nav>
        </header>
        <main>
        {string.Join('\n', sections.Select(Element))}
        </main>
        </body>
        </html>

        """;

    private static string Figure((string Name, string Value) figure) =>
        $"<div><dt>{Html.Text(figure.Name)}</dt><dd>{Html.Text(figure.Value)}</dd></div>";

    private static string Link(Section section) => $"<a href=\"#{section.Id}\">{Html.Text(section.Title)}</a>";

    private static string Element(Section section) =>
        $"<section id=\"{section.Id}\">\n<h2>{Html.Text(section.Title)}</h2>\n{section.Html}\n</section>";

    private static string Style()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(StyleSheet)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
