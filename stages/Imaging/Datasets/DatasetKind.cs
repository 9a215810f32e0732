namespace Stages.Imaging.Datasets;

/// <summary>Where images come from.</summary>
public enum DatasetKind
{
    /// <summary>Fashion-MNIST (Xiao, Rasul and Vollgraf, arXiv:1708.07747): 60,000 and 10,000 grey images, 28×28.</summary>
    FashionMnist,

    /// <summary>The committed sample of Fashion-MNIST: 3,000 and 1,000 images.</summary>
    Sample,

    /// <summary>The user's own images, in a folder a class.</summary>
    Folder,
}
