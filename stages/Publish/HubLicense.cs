namespace Distill.Publish;

/// <summary>The license of a model card, which takes only identifiers of the Hub (huggingface.co/docs/hub/repositories-licenses).</summary>
internal static class HubLicense
{
    private static readonly HashSet<string> Identifiers =
    [
        "apache-2.0", "mit", "openrail", "bigscience-openrail-m", "creativeml-openrail-m", "bigscience-bloom-rail-1.0",
        "bigcode-openrail-m", "afl-3.0", "artistic-2.0", "bsl-1.0", "bsd", "bsd-2-clause", "bsd-3-clause", "bsd-3-clause-clear", "c-uda",
        "cc", "cc0-1.0", "cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "cc-by-nc-2.0",
        "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nd-4.0", "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0",
        "cc-by-nc-sa-4.0", "cdla-sharing-1.0", "cdla-permissive-1.0", "cdla-permissive-2.0", "wtfpl", "ecl-2.0", "epl-1.0", "epl-2.0",
        "etalab-2.0", "eupl-1.1", "eupl-1.2", "agpl-3.0", "gfdl", "gpl", "gpl-2.0", "gpl-3.0", "lgpl", "lgpl-2.1", "lgpl-3.0", "isc",
        "lppl-1.3c", "ms-pl", "mpl-2.0", "odc-by", "odbl", "openrail++", "osl-3.0", "postgresql", "ofl-1.1", "ncsa", "unlicense", "zlib",
        "pddl", "lgpl-lr", "unknown",
    ];

    /// <summary>Returns the lines of the metadata: an identifier of the Hub, or "other" with the license's name.</summary>
    /// <param name="license">SPDX name of the license, or any other name.</param>
    public static string ToYaml(string license)
    {
        var name = license.Trim().ToLowerInvariant();
        return Identifiers.Contains(name)
            ? $"license: {YamlText.Quoted(name)}"
            : $"license: other\nlicense_name: {YamlText.Quoted(Slug(name))}";
    }

    /// <summary>Returns a name of lower-case letters, digits, dots and hyphens, as the Hub has them.</summary>
    private static string Slug(string name)
    {
        var slug = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter == '.' ? letter : '-')).Trim('-', '.');
        return slug.Length > 0 ? slug : "custom";
    }
}
