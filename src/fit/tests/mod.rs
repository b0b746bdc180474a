mod data;
mod gradients;
