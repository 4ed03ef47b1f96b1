//! Vectors: quantisation, dot products, flat and graph search.
