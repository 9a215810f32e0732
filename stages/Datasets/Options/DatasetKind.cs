namespace Distill.Datasets.Options;

/// <summary>Where images come from.</summary>
public enum DatasetKind
{
    /// <summary>Fashion-MNIST (Xiao, Rasul and Vollgraf, arXiv:1708.07747): 60,000 and 10,000 gray images, 28×28.</summary>
    FashionMnist,

    /// <summary>The committed sample of Fashion-MNIST: 3,000 and 1,000 images.</summary>
    Sample,

    /// <summary>Any data set in the four IDX files of MNIST, gray.</summary>
    Idx,

    /// <summary>CIFAR-10 in its binary version: 50,000 and 10,000 color images, 32×32 (Krizhevsky 2009).</summary>
    Cifar10,

    /// <summary>CIFAR-100 in its binary version, with its 100 fine classes.</summary>
    Cifar100,

    /// <summary>Image files in folders: the user's own, or ImageNet's.</summary>
    Folder,

    /// <summary>Parquet files as the Hugging Face Hub stores image data sets.</summary>
    Parquet,

    /// <summary>WebDataset's tar shards.</summary>
    Webdataset,
}
